import type { Prediction } from 'rekindle/advisor'
import { bytesText, countText } from '../state/words.ts'

/** Few agents are not a whole number on average. */
export const meanText = (mean: number): string => countText(mean < 10 ? Math.round(mean * 10) / 10 : Math.round(mean))

export function storeText({ entries, bytes }: Prediction['store']): string {
  const count = `${countText(Math.round(entries))} ${Math.round(entries) === 1 ? 'config' : 'configs'}`
  return bytes === undefined ? count : `${bytesText(Math.round(bytes))} (${count})`
}

/** On average, and at most. */
export function liveText({ mean, max }: Prediction['liveAgents']): string {
  return `${meanText(mean)}, ${atMostText(max)}`
}

export const atMostText = (max: number): string => `at most ${countText(Math.ceil(max))}`
