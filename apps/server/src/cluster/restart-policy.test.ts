import { expect, it } from 'vitest'
import { RestartPolicy } from './restart-policy.ts'

const early = { wasReady: false, livedMs: 200, othersReady: false }
const crash = { wasReady: true, livedMs: 50, othersReady: false }

it('replaces a worker that had been healthy at once', () => {
  expect(new RestartPolicy().decide({ wasReady: true, livedMs: 60_000, othersReady: true })).toEqual({
    kind: 'restart',
    afterMs: 0,
  })
})

it('waits longer after each early death, up to a bound, and starts over after a healthy worker', () => {
  const policy = new RestartPolicy()
  const delays = Array.from({ length: 8 }, () => policy.decide(crash)).map((it) => (it.kind === 'restart' ? it.afterMs : 'up'))
  expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000])
  policy.decide({ ...crash, livedMs: 20_000 })
  expect(policy.decide(crash)).toEqual({ kind: 'restart', afterMs: 100 })
})

it('gives up when workers cannot start again and again', () => {
  const policy = new RestartPolicy()
  const decisions = Array.from({ length: 5 }, () => policy.decide(early).kind)
  expect(decisions).toEqual(['restart', 'restart', 'restart', 'restart', 'give-up'])
})

it('goes on trying while another worker serves', () => {
  const policy = new RestartPolicy()
  for (let death = 0; death < 20; death++) expect(policy.decide({ ...early, othersReady: true }).kind).toBe('restart')
})
