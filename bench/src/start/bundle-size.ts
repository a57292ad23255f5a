import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

export interface BundleSize {
  /** Minified and with gzip: of what is loaded at first, and of what is loaded later, each file by itself. */
  readonly atFirst: number
  readonly later: number
}

const entry = 'entry.js'
const external = [/^node:/]

/** What a program's bundle has of a package, if `program` is all that it does with it. */
export async function bundleSize(program: readonly { readonly names: string; readonly from: string }[]): Promise<BundleSize> {
  const lines = program.map(({ names, from }) => `export ${names} from ${JSON.stringify(fileOf(from))}`)
  const bundle = await rolldown({
    input: entry,
    platform: 'node',
    external,
    logLevel: 'silent',
    plugins: [
      {
        name: 'program',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? lines.join('\n') : null),
      },
    ],
  })
  const { output } = await bundle.generate({ minify: true, format: 'esm' })
  await bundle.close()
  const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])))
  const first = new Set<string>()
  const take = (name: string) => {
    const chunk = chunks.get(name)
    if (chunk === undefined || first.has(name)) return
    first.add(name)
    chunk.imports.forEach(take)
  }
  for (const chunk of chunks.values()) if (chunk.isEntry) take(chunk.fileName)
  const sizeOf = (atFirst: boolean) =>
    [...chunks.values()]
      .filter(({ fileName }) => first.has(fileName) === atFirst)
      .reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0)
  return { atFirst: sizeOf(true), later: sizeOf(false) }
}

/** The file of a specifier, as `import` would find it from here. */
function fileOf(specifier: string): string {
  return fileURLToPath(import.meta.resolve(specifier))
}
