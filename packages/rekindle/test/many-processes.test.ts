import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startRedis } from './redis-server.ts'
import type { WorkerOrder, WorkerReport } from './worker-process.ts'
import { testFolder } from './test-folder.ts'

const folder = testFolder('processes')

async function runWorkers(store: WorkerOrder['store'], count: number): Promise<WorkerReport[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, worker) => {
      const child = fork(join(import.meta.dirname, 'worker-process.ts'), { execArgv: [] })
      child.send({ store, worker, requests: 400, keys: 10 } satisfies WorkerOrder)
      const [report] = (await once(child, 'message')) as [WorkerReport]
      await once(child, 'exit')
      return report
    }),
  )
}

describe('four processes on one store, reading, writing and invalidating at once', () => {
  test.each(['sqlite', 'redis'])('get the right agent every time and see no store error: %s', async (kind) => {
    await using redis = kind === 'redis' ? await startRedis() : undefined
    const reports = await runWorkers(redis ? { redisPort: redis.port } : { sqlite: join(folder, 'shared.db') }, 4)
    expect(reports.flatMap(({ wrong }) => wrong)).toEqual([])
    expect(reports.flatMap(({ errors }) => errors)).toEqual([])
    for (const { served } of reports) expect(served.memory + served.config + served.build).toBe(400)
    // 40 keys, four processes: most of what was built by one was found by the others.
    const builds = reports.reduce((sum, { served }) => sum + served.build, 0)
    const found = reports.reduce((sum, { served }) => sum + served.config, 0)
    expect(found).toBeGreaterThan(builds)
  })
})
