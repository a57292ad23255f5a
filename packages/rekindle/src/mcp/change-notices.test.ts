import { expect, test } from 'vitest'
import { ManualClock } from '../testing/manual-clock.ts'
import { ChangeNotices, type ToolsChanged } from './change-notices.ts'

function start(listener: (change: ToolsChanged) => void | Promise<void> = () => {}) {
  const clock = new ManualClock()
  const told: string[] = []
  const notices = new ChangeNotices((change) => {
    told.push(change.tag)
    return listener(change)
  }, clock)
  return { clock, told, notices, add: (tag: string) => notices.add({ server: 's', tag }) }
}

test('a change of which many connections hear is told once, each server for itself', async () => {
  const { clock, told, add } = start()
  for (let connection = 0; connection < 100; connection++) add('a')
  add('b')
  await clock.advance(100)
  add('a')
  expect(told).toEqual([])
  await clock.advance(100)
  expect(told).toEqual(['a', 'b'])
})

test('a server whose tools change without end is told of every ten seconds', async () => {
  const { clock, told, add } = start()
  for (let second = 0; second < 30; second++) {
    add('a')
    await clock.advance(1_000)
  }
  expect(told).toHaveLength(3)
})

test('nothing is kept of a server there is no news of', async () => {
  const { clock, told, add } = start()
  add('a')
  await clock.advance(20_000)
  expect(told).toEqual(['a'])
  expect(clock.timers).toBe(0)
  add('a')
  await clock.advance(200)
  expect(told).toEqual(['a', 'a'])
})

test('what a listener throws, now or later, is dropped', async () => {
  const { clock, told, add } = start(({ tag }) => {
    if (tag === 'throws') throw new Error('thrown')
    return Promise.reject(new Error('rejected'))
  })
  add('throws')
  add('rejects')
  await clock.advance(200)
  expect(told).toEqual(['throws', 'rejects'])
})

test('after closing nobody is told anything', async () => {
  const { clock, told, notices, add } = start()
  add('a')
  notices.close()
  expect(clock.timers).toBe(0)
  await clock.advance(20_000)
  expect(told).toEqual([])
})
