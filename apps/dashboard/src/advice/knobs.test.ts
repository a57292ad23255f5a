import { expect, test } from 'vitest'
import { changesBetween } from './knobs.ts'

const now = { configTtlMs: 3_600_000, liveTtlMs: 3_600_000, idleMs: 900_000, maxAgents: 1_000 }

test('only what differs is to be changed, by the names to type', () => {
  expect(changesBetween(now, now)).toEqual([])
  const changes = changesBetween(now, { ...now, idleMs: 1_800_000, maxAgents: 250 })
  const said = changes.map(({ knob, from, to }) => [knob.variable, knob.option, knob.text(from), knob.text(to)])
  expect(said).toEqual([
    ['REKINDLE_LIVE_IDLE_MS', 'live.idleMs', '15 min', '30 min'],
    ['REKINDLE_LIVE_MAX_AGENTS', 'live.maxAgents', '1,000', '250'],
  ])
})
