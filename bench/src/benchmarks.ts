import type { Benchmark } from './benchmark.ts'

/** By the names that the command line takes. Imported one by one: a process loads only what it measures. */
export const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  'memory-sync': async () => (await import('./memory-sync.ts')).memorySync,
  'memory-awaited': async () => (await import('./memory-awaited.ts')).memoryAwaited,
  'config-redis': async () => (await import('./config-redis.ts')).configRedis,
  'config-cluster': async () => (await import('./config-cluster.ts')).configCluster,
  'config-sqlite': async () => (await import('./config-sqlite.ts')).configSqlite,
  miss: async () => (await import('./miss/miss.ts')).missBenchmark,
  builds: async () => (await import('./builds.ts')).builds,
  invalidation: async () => (await import('./invalidation.ts')).invalidation,
  growth: async () => (await import('./growth/growth.ts')).growth,
  footprint: async () => (await import('./footprint/footprint.ts')).footprint,
  start: async () => (await import('./start/start.ts')).start,
  strategies: async () => (await import('./strategies/strategies.ts')).strategies,
  validity: async () => (await import('./validity.ts')).validity,
  scaling: async () => (await import('./scaling/scaling.ts')).scaling,
  watching: async () => (await import('./watching.ts')).watching,
  advisor: async () => (await import('./advisor/advisor-benchmark.ts')).advisorBenchmark,
  frameworks: async () => (await import('./frameworks/frameworks.ts')).frameworkBenchmark,
  load: async () => (await import('./load/load.ts')).loadBenchmark,
  faults: async () => (await import('./faults.ts')).faultBenchmark,
}

/** These measure many processes of their own, so running them in several would add nothing but time. */
export const runOnce: ReadonlySet<string> = new Set([
  'builds',
  'invalidation',
  'growth',
  'footprint',
  'start',
  'strategies',
  'advisor',
  'frameworks',
  'load',
  'faults',
  'scaling',
])
