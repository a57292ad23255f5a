import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { testFolder } from '../test-folder.ts'

const root = join(import.meta.dirname, '../../../..')
const folder = testFolder('docs-code')

beforeAll(() => {
  for (const name of ['scripts', 'docs', 'examples', 'packages/rekindle']) mkdirSync(join(folder, name), { recursive: true })
  cpSync(join(root, 'scripts/docs-code.mjs'), join(folder, 'scripts/docs-code.mjs'))
  for (const page of ['README.md', 'SECURITY.md', 'packages/rekindle/README.md']) writeFileSync(join(folder, page), '')
  const code = ['function f() {', '  // #region inner', '  if (true) {', '    g()', '  }', '  // #endregion inner', '}']
  writeFileSync(join(folder, 'examples/page.ts'), `${code.join('\n')}\n`)
})

function run(page: string, ...args: string[]) {
  writeFileSync(join(folder, 'docs/page.md'), page)
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'scripts/docs-code.mjs'), ...args], { encoding: 'utf8' })
  return { status, said: stderr.trim(), page: readFileSync(join(folder, 'docs/page.md'), 'utf8') }
}

const block = (source: string, code: string) => `<!-- code: ${source} -->\n\n\`\`\`ts\n${code}\`\`\`\n`

it('writes the code of a region into its block, less its indentation, and what it has written passes', () => {
  const { page, status } = run(block('examples/page.ts#inner', 'old()\n'))
  expect([page, status]).toEqual([block('examples/page.ts#inner', 'if (true) {\n  g()\n}\n'), 0])
  expect(run(page, '--check').status).toBe(0)
})

it('writes whole files, without the marks of their regions', () => {
  const { page } = run(block('examples/page.ts', ''))
  expect(page).toBe(block('examples/page.ts', 'function f() {\n  if (true) {\n    g()\n  }\n}\n'))
})

it.each([
  ['a block that differs', block('examples/page.ts#inner', 'if (true) {\n  h()\n}\n'), 'docs/page.md:5: differs'],
  ['code without a marker', '# Page\n\n```js\nf()\n```\n', 'docs/page.md:3: code without a marker'],
  ['a marker whose file is missing', block('examples/none.ts', 'f()\n'), 'docs/page.md:1: there is no file'],
  ['a marker whose region is missing', block('examples/page.ts#none', 'f()\n'), 'docs/page.md:1: examples/page.ts must have one'],
  ['a marker without a block', '<!-- code: examples/page.ts -->\n\nText.\n', 'docs/page.md:1: no block follows'],
])('fails for %s, names page and line, and changes nothing', (_what, page, problem) => {
  const checked = run(page, '--check')
  expect(checked.status).toBe(1)
  expect(checked.said).toContain(problem)
  expect(checked.page).toBe(page)
})

it('leaves alone what is no code of ours, and what only looks like it inside of another block', () => {
  const page = '````md\n```ts\nf()\n```\n````\n\n```sh\nnpm start\n```\n\n```json\n{}\n```\n'
  expect(run(page, '--check').status).toBe(0)
})
