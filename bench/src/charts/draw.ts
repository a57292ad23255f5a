import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readRecorded } from '../recorded.ts'
import { type Results, type Section, section } from './sections.ts'
import { faultOf } from './well-formed.ts'

const root = new URL('../../../', import.meta.url)
const charts = 'docs/images/bench/'
const pages = [
  { path: 'docs/benchmarks.md', images: 'images/bench/' },
  { path: 'README.md', images: charts },
]
const block = /(<!-- bench:(.+?) -->\n)[^]*?(<!-- \/bench -->)/g
const wholeBenchmark = /<!-- bench:([\w-]+) -->/g

interface File {
  readonly path: string
  readonly text: string
}

/** The pages and charts that are not as the results have it, and the benchmarks that no page shows. */
export function outdated(names: readonly string[]): readonly string[] {
  const files = filesOf(names)
  const shown = new Set(files.flatMap(({ text }) => [...text.matchAll(wholeBenchmark)].map(([, name]) => name)))
  return [
    ...files.filter(({ path, text }) => text !== textAt(path)).map(({ path }) => path),
    ...strays(files),
    ...names.filter((name) => !shown.has(name)).map((name) => `${pages[0]!.path}: no <!-- bench:${name} -->`),
  ]
}

/** Writes charts, and what stands in the pages, anew from `bench/results/`. Returns what was outdated. */
export function draw(names: readonly string[]): readonly string[] {
  const changed = outdated(names)
  const files = filesOf(names)
  mkdirSync(new URL(charts, root), { recursive: true })
  for (const { path, text } of files) if (text !== textAt(path)) writeFileSync(new URL(path, root), text)
  for (const path of strays(files)) rmSync(new URL(path, root))
  return changed
}

function filesOf(names: readonly string[]): File[] {
  const results: Results = new Map(names.map((name) => [name, readRecorded(name)]))
  return pages.flatMap((page) => {
    const drawn: File[] = []
    const text = readFileSync(new URL(page.path, root), 'utf8').replaceAll(
      block,
      (_, begin: string, order: string, end: string) => {
        const made = sectionOf(page, order, results)
        drawn.push(...made.charts.map(({ file, svg }) => ({ path: `${charts}${file}`, text: checked(file, svg) })))
        return `${begin}\n${made.text}\n\n${end}`
      },
    )
    return [...drawn, { path: page.path, text }]
  })
}

function sectionOf({ path, images }: (typeof pages)[number], order: string, results: Results): Section {
  try {
    return section(order, results, images)
  } catch (error) {
    throw new Error(`${path}, <!-- bench:${order} -->: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

function checked(file: string, svg: string): string {
  const fault = faultOf(svg)
  if (fault !== undefined) throw new Error(`The chart ${file} is not well-formed: ${fault}.`)
  return svg
}

/** Charts that no page shows any more. */
function strays(files: readonly File[]): string[] {
  const folder = new URL(charts, root)
  const present = existsSync(folder) ? readdirSync(folder).map((name) => `${charts}${name}`) : []
  return present.filter((path) => !files.some((file) => file.path === path))
}

function textAt(path: string): string | undefined {
  const file = new URL(path, root)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
