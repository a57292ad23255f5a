import type { Advice, Prediction } from 'rekindle/advisor'
import { countText, shareText, spanText } from '../state/words.ts'
import { changesBetween } from './knobs.ts'
import { atMostText, meanText, storeText } from './prediction-words.ts'

/** What following the advice gives and costs, in sentences. */
export function gainsAndCosts({ current, recommended: { prediction } }: Pick<Advice, 'current' | 'recommended'>): string[] {
  if (changesBetween(current.setting, prediction.setting).length === 0) return [currentCost(current)]
  return [
    `Without a full build: ${moves(current.withoutBuild, prediction.withoutBuild, percentText)} of requests.`,
    `From memory: ${moves(current.memoryHitRate, prediction.memoryHitRate, percentText)}.`,
    `Live agents in each worker, on average: ${moves(current.liveAgents.mean, prediction.liveAgents.mean, meanText)}; ${atMostText(prediction.liveAgents.max)}.`,
    `In the store: ${moves(current.store, prediction.store, storeText)}.`,
    `Requests wait for agents to be made, all together in an hour: ${moves(current.rebuildMsPerHour, prediction.rebuildMsPerHour, spanText)}.`,
  ]
}

export function currentCost({ rebuildMsPerHour, buildsPerHour }: Prediction): string {
  const builds = Math.round(buildsPerHour)
  const made = builds === 1 ? 'one full build' : `${countText(builds)} full builds`
  return `With what is set now, requests wait ${spanText(rebuildMsPerHour)} in an hour for agents to be made, all together, with ${made}.`
}

const percentText = (share: number): string => shareText(share, 1)

/** What looks the same is said once. */
function moves<Value>(from: Value, to: Value, text: (value: Value) => string): string {
  const [before, after] = [text(from), text(to)]
  return before === after ? `${after}, as now` : `${after} instead of ${before}`
}
