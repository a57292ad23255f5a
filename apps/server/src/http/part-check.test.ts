import { beforeEach, expect, it, vi } from 'vitest'
import { PartCheck } from './part-check.ts'

let now: number
let asked: PromiseWithResolvers<void>[]
let failures: unknown[]
let check: PartCheck
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  now = 0
  asked = []
  failures = []
  const ask = (): Promise<void> => {
    const question = Promise.withResolvers<void>()
    asked.push(question)
    return question.promise
  }
  check = new PartCheck({ ask, withinMs: 500, onFailure: (failure) => failures.push(failure), now: () => now })
  return () => vi.useRealTimers()
})

it('asks once for all who want to know at the same time, and for a second afterwards', async () => {
  const answers = [check.failure(), check.failure()]
  asked[0]?.resolve()
  expect(await Promise.all(answers)).toEqual([undefined, undefined])
  now = 999
  expect(await check.failure()).toBeUndefined()
  expect(asked).toHaveLength(1)
  now = 1_000
  const later = check.failure()
  asked[1]?.reject(new Error('gone'))
  expect(await later).toEqual(new Error('gone'))
  expect(failures).toEqual([new Error('gone')])
})

it('finds in time what does not answer, and puts no second question behind the one that hangs', async () => {
  const first = check.failure()
  vi.advanceTimersByTime(500)
  expect(await first).toEqual(new Error('No answer within 500 ms.'))
  for (now of [500, 2_000, 20_000]) expect(await check.failure()).toEqual(new Error('No answer within 500 ms.'))
  expect(asked).toHaveLength(1)
  expect(failures).toHaveLength(1)

  // It answers at last: then it is asked again.
  asked[0]?.resolve()
  await asked[0]?.promise
  now = 22_000
  const second = check.failure()
  asked[1]?.resolve()
  expect(await second).toBeUndefined()
})

it('asks once more when a question has been lost', async () => {
  const first = check.failure()
  vi.advanceTimersByTime(500)
  await first
  now = 30_000
  const second = check.failure()
  expect(asked).toHaveLength(2)
  asked[1]?.resolve()
  expect(await second).toBeUndefined()
})
