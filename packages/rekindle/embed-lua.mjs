// Writes src/redis/scripts.generated.ts from the .lua files beside it, so that a bundler needs no loader for them.
// With --check it only tells whether the file is up to date.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'

const folder = new URL('src/redis/', import.meta.url)
const target = new URL('scripts.generated.ts', folder)
const read = (name) => readFileSync(new URL(name, folder), 'utf8')

const scripts = ['claim', 'invalidate', 'release', 'sync', 'workers'].map((name) => {
  const lua = read(`${name}.lua`).replace(/^-- include (\S+)$/gm, (_, file) => read(file).trimEnd())
  const sha1 = createHash('sha1').update(lua).digest('hex')
  return `export const ${name}: RedisScript = {\n  sha1: '${sha1}',\n  lua: ${JSON.stringify(lua)},\n}\n`
})
const source = [
  '// Written by embed-lua.mjs from the .lua files in this folder.',
  "import type { RedisScript } from './redis-commands.ts'",
  '',
  ...scripts,
].join('\n')

if (!process.argv.includes('--check')) writeFileSync(target, source)
else if (readFileSync(target, 'utf8') !== source) {
  console.error('src/redis/scripts.generated.ts is not what the .lua files say. Run: node packages/rekindle/embed-lua.mjs')
  process.exit(1)
}
