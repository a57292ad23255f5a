import type { Prediction } from 'rekindle/advisor'
import { expect, test } from 'vitest'
import { gainsAndCosts } from './recommendation-words.ts'

const current: Prediction = {
  setting: { configTtlMs: 3_600_000, liveTtlMs: 3_600_000, idleMs: 900_000, maxAgents: 100 },
  memoryHitRate: 0.8,
  configHitRate: 0.5,
  withoutBuild: 0.9,
  liveAgents: { mean: 61.6, max: 100 },
  store: { entries: 400, bytes: 1_600_000 },
  buildsPerHour: 120.4,
  rebuildMsPerHour: 130_000,
}
const advised = (prediction: Prediction) => ({ current, recommended: { prediction, reachesTargets: true, why: '' } })

test('says what advice gives beside what there is, and what stays as it is once', () => {
  const setting = { ...current.setting, configTtlMs: 7_200_000 }
  const more = { withoutBuild: 0.95, store: { entries: 700, bytes: undefined }, rebuildMsPerHour: 65_000 }
  expect(gainsAndCosts(advised({ ...current, setting, ...more }))).toEqual([
    'Without a full build: 95% instead of 90% of requests.',
    'From memory: 80%, as now.',
    'Live agents in each worker, on average: 62, as now; at most 100.',
    'In the store: 700 configs instead of 1.6 MB (400 configs).',
    'Requests wait for agents to be made, all together in an hour: 1 min 5 s instead of 2 min 10 s.',
  ])
})

test('where nothing is to be changed, says what the present setting costs', () => {
  expect(gainsAndCosts(advised(current))).toEqual([
    'With what is set now, requests wait 2 min 10 s in an hour for agents to be made, all together, with 120 full builds.',
  ])
})
