import { expect, test } from 'vitest'
import { KeptAnswer } from './kept-answer.ts'

function answering({ withinMs = 10_000 } = {}) {
  const made: PromiseWithResolvers<string>[] = []
  const clock = { now: 0 }
  const make = (): Promise<string> => {
    const next = Promise.withResolvers<string>()
    made.push(next)
    return next.promise
  }
  return { made, clock, answer: new KeptAnswer({ make, keptMs: 60_000, withinMs, now: () => clock.now }) }
}

test('all who ask meanwhile, and within the time it is kept, get one answer', async () => {
  const { made, clock, answer } = answering()
  const asked = [answer.ask(), answer.ask()]
  made[0]!.resolve('first')
  expect(await Promise.all(asked)).toEqual(['first', 'first'])
  clock.now = 59_999
  expect(await answer.ask()).toBe('first')
  expect(made).toHaveLength(1)
  clock.now = 60_000
  const later = answer.ask()
  made[1]!.resolve('second')
  expect(await later).toBe('second')
})

test('what takes too long is not waited for, and is there for who asks afterwards', async () => {
  const { made, answer } = answering({ withinMs: 0 })
  expect(await answer.ask()).toBeUndefined()
  expect(await answer.ask()).toBeUndefined()
  made[0]!.resolve('late')
  await made[0]!.promise
  await Promise.resolve()
  expect(await answer.ask()).toBe('late')
  expect(made).toHaveLength(1)
})

test('a failure reaches all who asked, and is not kept', async () => {
  const { made, answer } = answering()
  const asked = Promise.allSettled([answer.ask(), answer.ask()])
  made[0]!.reject(new Error('no'))
  expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  const again = answer.ask()
  made[1]!.resolve('yes')
  expect(await again).toBe('yes')
})
