import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { build } from 'rolldown'

// All entry points in a few files: each one that is loaded at import costs a millisecond
// (docs/decisions/0024-the-library-is-bundled.md). Not minified: a stack trace shows the code one reads.
const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
const names = Object.values(exports).flatMap(({ default: file }) => /^\.\/dist\/(.*)\.js$/.exec(file)?.[1] ?? [])

/** What `import 'rekindle'` loads: one file, instead of one for each set of entry points that share something. */
const core = new Set()
function addToCore(id, graph) {
  if (core.has(id)) return
  core.add(id)
  for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) addToCore(imported, graph)
}

await build({
  input: Object.fromEntries([...names, 'cli/main'].map((name) => [name, `src/${name}.ts`])),
  platform: 'node',
  // Whatever is not ours, and our own package.json.
  external: /^[^./]/,
  output: {
    dir: 'dist',
    cleanDir: true,
    sourcemap: true,
    // By content: what is loaded late is never that of another version, put in its place meanwhile.
    chunkFileNames: 'chunks/[name]-[hash].js',
    codeSplitting: {
      groups: [
        // By itself, for pages: a bundler for browsers can leave out a file that needs Node, but no part of one.
        { name: 'histogram', test: /src\/counts\/histogram\.ts$/, priority: 2 },
        {
          debugName: 'core',
          priority: 1,
          name(id, graph) {
            addToCore(resolve('src/index.ts'), graph)
            return core.has(id) ? 'core' : null
          },
        },
      ],
    },
  },
})
