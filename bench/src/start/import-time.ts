import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Comparison } from '../benchmark.ts'

const run = promisify(execFile)
const here = join(import.meta.dirname, '..', '..')

const nothing = 'an empty module'
const core = 'rekindle'

/** By the names of their rows: what a program imports to have it. */
const imports: Readonly<Record<string, readonly string[]>> = {
  [nothing]: ['data:text/javascript,'],
  [core]: ['rekindle'],
  'rekindle, rekindle/sqlite': ['rekindle', 'rekindle/sqlite'],
  'rekindle, rekindle/redis': ['rekindle', 'rekindle/redis'],
  'lru-cache': ['lru-cache'],
  cachified: ['@epic-web/cachified'],
  'async-cache-dedupe': ['async-cache-dedupe'],
  'layered-loader': ['layered-loader'],
  'layered-loader/core': ['layered-loader/core'],
  bentocache: ['bentocache', 'bentocache/drivers/memory'],
  cacheable: ['cacheable'],
  'cache-manager': ['cache-manager'],
  ioredis: ['ioredis'],
  redis: ['redis'],
}

export interface ImportTimes {
  readonly comparisons: readonly Comparison[]
  /** Where Node keeps what it has compiled. */
  readonly compileCache: string
}

/** How long the first `import` takes, each time in a new process. */
export async function importTimes(rounds: number): Promise<ImportTimes> {
  const compileCache = mkdtempSync(join(tmpdir(), 'rekindle-bench-'))
  for (const specifiers of Object.values(imports)) await importMs(specifiers, compileCache)
  const compared = (title: string, cache: string | undefined, notes: readonly string[]): Comparison => ({
    title,
    rounds,
    unit: 'ms',
    baseline: 'layered-loader',
    contestants: Object.entries(imports).map(([name, specifiers]) => ({ name, round: () => importMs(specifiers, cache) })),
    targets: cache === undefined ? [{ of: core, atMost: 10 }] : [],
    notes,
  })
  return {
    comparisons: [
      compared('Import, in a new process', undefined, [
        'From the first line of a program until its import is there; files are in the memory of the operating system. What Node itself needs to',
        'start is not in it. bentocache and async-cache-dedupe are here without Redis, cacheable and cache-manager with Keyv.',
      ]),
      compared('The same with NODE_COMPILE_CACHE', compileCache, []),
    ],
    compileCache,
  }
}

async function importMs(specifiers: readonly string[], compileCache: string | undefined): Promise<number> {
  const { NODE_COMPILE_CACHE: _, ...env } = process.env
  const program = `const began = performance.now()
    ${specifiers.map((specifier) => `await import(${JSON.stringify(specifier)})`).join('\n')}
    const ms = performance.now() - began
    process.stdout.write(String(ms), () => process.exit())`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: here,
    env: { ...env, ...(compileCache !== undefined && { NODE_COMPILE_CACHE: compileCache }) },
  })
  return Number(stdout)
}
