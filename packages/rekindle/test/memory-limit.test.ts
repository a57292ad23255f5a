import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { CrowdingReport } from './crowding-process.ts'

/** A heap as in a small container: V8 gives the young generation little, too. */
const heap = ['--max-old-space-size=64', '--max-semi-space-size=4']

async function crowd(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const process_ = spawn(process.execPath, [...heap, fileURLToPath(new URL('crowding-process.ts', import.meta.url)), ...args])
  const [out, err, [code]] = await Promise.all([text(process_.stdout), text(process_.stderr), once(process_, 'close')])
  return { code: code as number | null, out, err }
}

test('a process whose agents need six times its heap lives: those that are idle are dropped in time', async () => {
  const { code, out, err } = await crowd()
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const report = JSON.parse(out) as CrowdingReport
  expect(report).toMatchObject({ built: 2_000, wrong: 0, pressure: report.dropped })
  // A heap of 64 MB holds no more than some 320 of them.
  expect(report.dropped).toBeGreaterThan(1_680)
})

test('it would die of them otherwise', async () => {
  const { code, out, err } = await crowd('unwatched')
  expect({ code, out }).not.toMatchObject({ code: 0 })
  expect(out).toBe('')
  expect(err).toContain('heap out of memory')
})
