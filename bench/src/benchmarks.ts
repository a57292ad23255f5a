import type { Benchmark } from './benchmark.ts'

/** By the names that `--only` takes. Imported one by one: a process loads only what it measures. */
export const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  'memory-sync': async () => (await import('./memory-sync.ts')).memorySync,
  'memory-awaited': async () => (await import('./memory-awaited.ts')).memoryAwaited,
  'config-redis': async () => (await import('./config-redis.ts')).configRedis,
  'config-sqlite': async () => (await import('./config-sqlite.ts')).configSqlite,
}
