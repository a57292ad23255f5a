import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { hasEnded, workerName } from './worker-name.ts'

describe('a worker', () => {
  const named = (pid: number, worker = workerName()) => worker.replace(`:${process.pid}:`, `:${pid}:`)

  test('has a name of its own, with the process id in it', () => {
    expect(workerName()).not.toBe(workerName())
    expect(workerName()).toContain(`:${process.pid}:`)
  })

  test('is known to have ended once its process has, on this machine', async () => {
    const child = spawn('sleep', ['60'])
    const worker = named(child.pid!)
    expect(hasEnded(worker)).toBe(false)
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    expect(hasEnded(worker)).toBe(true)
  })

  test.each([
    ['of this process', workerName()],
    ['of another user', named(1)],
    ['of another machine', `elsewhere:999999:${'0'.repeat(12)}:00000000`],
    ['of a name that is not ours', 'x'],
    ['with a process id that is none', `h:99999999999999999999:${'0'.repeat(12)}:00000000`],
  ])('%s is not', (_, worker) => expect(hasEnded(worker)).toBe(false))
})
