// `node scripts/docs-code.mjs`: writes into the docs the code that they show, from files that are compiled and run by tests.
// With `--check` it writes nothing, and fails where a page shows something else.
//
// In a page, `<!-- code: examples/docs/page.ts#name -->` stands before a block; in the file, the lines between
// `// #region name` and `// #endregion name` are what it shows. Without `#name` it is the whole file.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const check = process.argv.includes('--check')

const docs = readdirSync(join(root, 'docs'), { recursive: true }).map((name) => join('docs', name))
const given = ['README.md', 'SECURITY.md', 'packages/rekindle/README.md']
// The reference is written from the types.
const pages = [...given, ...docs.filter((name) => name.endsWith('.md') && !name.startsWith(join('docs', 'reference'))).sort()]

const problems = []
let blocks = 0
for (const page of pages) {
  const before = readFileSync(join(root, page), 'utf8')
  const after = renewed(page, before.split('\n')).join('\n')
  if (!check && after !== before) writeFileSync(join(root, page), after)
}
for (const problem of problems) console.error(problem)
if (problems.length === 0) console.log(`${blocks} blocks of ${pages.length} pages show the code of their files`)
process.exit(problems.length === 0 ? 0 : 1)

/** The lines of a page, its blocks as their files have them. */
function renewed(page, lines) {
  const result = []
  let marker
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]
    const fence = /^(?<indent>\s*)(?<ticks>`{3,}|~{3,})(?<language>\w*)/.exec(line)?.groups
    if (fence === undefined) {
      result.push(line)
      if (line.trim() === '') continue
      if (marker !== undefined) problems.push(`${page}:${marker.line}: no block follows this marker`)
      const source = /^\s*<!-- code: (?<source>\S+) -->\s*$/.exec(line)?.groups.source
      marker = source === undefined ? undefined : { source, line: at + 1 }
      continue
    }
    const end = endOf(lines, at, fence.ticks)
    const shown = lines.slice(at + 1, end)
    result.push(line, ...blockOf(page, { line: at + 1, shown, marker, ...fence }), ...lines.slice(end, end + 1))
    marker = undefined
    at = end
  }
  if (marker !== undefined) problems.push(`${page}:${marker.line}: no block follows this marker`)
  return result
}

/** What a block is to hold. Notes what is wrong with it. */
function blockOf(page, { line, shown, marker, indent, language }) {
  const isCode = /^(ts|tsx|js|jsx|mts|mjs|typescript|javascript)$/.test(language)
  if (marker === undefined) {
    if (isCode) problems.push(`${page}:${line}: code without a marker (<!-- code: file#region -->) that says where it comes from`)
    return shown
  }
  blocks++
  const code = codeOf(marker.source)
  if (typeof code === 'string') {
    problems.push(`${page}:${marker.line}: ${code}`)
    return shown
  }
  const wanted = code.map((text) => (text === '' ? '' : indent + text))
  if (check && wanted.join('\n') !== shown.join('\n')) {
    const differs = wanted.findIndex((text, index) => text !== shown[index])
    const at = line + 1 + (differs === -1 ? wanted.length : differs)
    problems.push(`${page}:${at}: differs from ${marker.source}; run node scripts/docs-code.mjs`)
  }
  return wanted
}

/** The lines of a file or of one of its regions, or what is wrong with that. */
function codeOf(source) {
  const [path, name] = source.split('#')
  if (!existsSync(join(root, path))) return `there is no file ${path}`
  const lines = readFileSync(join(root, path), 'utf8').trimEnd().split('\n')
  if (name === undefined) return withoutMarks(lines)
  const isMark = (kind) => (line) => line.trim() === `// #${kind} ${name}`
  const starts = lines.filter(isMark('region')).length
  const start = lines.findIndex(isMark('region'))
  const end = lines.findIndex(isMark('endregion'))
  if (starts !== 1 || end < start) return `${path} must have one region ${name}, and its end`
  return dedented(withoutMarks(lines.slice(start + 1, end)))
}

/** Regions may lie inside one another. */
function withoutMarks(lines) {
  return lines.filter((line) => !/^\s*\/\/ #(end)?region /.test(line))
}

function dedented(lines) {
  const text = lines.join('\n').replace(/^\n+|\s+$/g, '')
  const depths = text.split('\n').filter((line) => line !== '')
  const depth = Math.min(...depths.map((line) => line.length - line.trimStart().length))
  return text.split('\n').map((line) => line.slice(depth))
}

/** Where the block ends that begins at `start`. */
function endOf(lines, start, ticks) {
  const end = lines.findIndex((line, at) => at > start && line.trim().startsWith(ticks) && /^[`~]+$/.test(line.trim()))
  return end === -1 ? lines.length : end
}
