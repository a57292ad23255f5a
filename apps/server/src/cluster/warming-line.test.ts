import { expect, it } from 'vitest'
import { WarmingLine } from './warming-line.ts'

function lineOn(isTerminal: boolean) {
  const written: string[] = []
  const clock = { now: 0 }
  const line = new WarmingLine({ write: (text) => written.push(text), isTerminal, now: () => clock.now })
  return { line, written, clock }
}

it('changes one line of a terminal, and leaves nothing of it behind', () => {
  const { line, written } = lineOn(true)
  line.show({ done: 0, of: 500 })
  line.show({ done: 340, of: 500 })
  line.end()
  line.end()
  expect(written).toEqual(['\rWarming: 0/500 agents\u001b[K', '\rWarming: 340/500 agents\u001b[K', '\r\u001b[K'])
})

it('writes few lines elsewhere: one every two seconds, and the last', () => {
  const { line, written, clock } = lineOn(false)
  for (const [now, done] of [
    [0, 0],
    [1_000, 100],
    [2_000, 200],
    [3_000, 300],
    [4_500, 400],
    [4_600, 500],
  ] as const) {
    clock.now = now
    line.show({ done, of: 500 })
  }
  line.end()
  expect(written).toEqual(['Warming: 200/500 agents\n', 'Warming: 400/500 agents\n', 'Warming: 500/500 agents\n'])
})
