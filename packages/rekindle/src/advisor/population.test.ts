import { expect, test } from 'vitest'
import { hashOf } from '../watch/key-hash.ts'
import { Population } from './population.ts'
import { sampleOf } from './sample.ts'

const hour = 3_600_000

/** Of `once` keys asked for once, and `often` asked for ten times within a day, those with low hashes; all are counted. */
function sampled(once: number, often: number, rate: number, visits: readonly number[] | undefined) {
  const threshold = 2 ** 31 * rate
  const events: (readonly [time: number, hash: number])[] = []
  for (let key = 0; key < once; key++) events.push([(24 * hour * key) / once, hashOf(`once ${key}`)])
  for (let key = 0; key < often; key++)
    for (let time = 0; time < 10; time++) events.push([(24 * hour * (time + key / often)) / 10, hashOf(`often ${key}`)])
  const kept = events.filter(([, hash]) => hash < threshold).sort(([one], [other]) => one - other)
  const requests = events.length
  const counts = { requests, told: requests, ...(visits && { visits }) }
  const page = {
    since: 0,
    until: 24 * hour,
    requests,
    threshold,
    next: 0,
    more: false,
    events: kept.flatMap(([time, hash]) => [Math.round(time), hash]),
    marks: [
      { at: 0, requests: 0, told: 0, ...(visits && { visits: visits.map(() => 0) }) },
      { at: 24 * hour, ...counts },
    ],
  }
  const sample = sampleOf([page])
  return { sample, population: new Population(sample, sample.agents, sample.agentCount) }
}

const firstOnly = (count: number) => new Uint32Array(count).fill(1)

test('with the number of all keys known, the first request of each is counted as it is, and not as often as in the sample', () => {
  const all = 20_000 + 2_000
  const visits = [40_000, 40_000, 40_000, 26_000, all]
  const known = sampled(20_000, 2_000, 0.01, visits)
  const unknown = sampled(20_000, 2_000, 0.01, undefined)
  const error = ({ sample, population }: typeof known) => Math.abs(population.total(firstOnly(sample.agentCount)) - all) / all
  expect(error(known)).toBeLessThan(0.02)
  expect(error(unknown)).toBeGreaterThan(2 * error(known))
})

test('what is not known, or is all there is, is left as it is', () => {
  const { sample, population } = sampled(300, 30, 1, [1, 1, 1, 1, 1])
  expect(population.total(firstOnly(sample.agentCount))).toBe(330)
})
