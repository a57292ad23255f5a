import type { Advice, Prediction } from '../../advisor/index.ts'
import { durationText } from '../duration.ts'
import { bytesText, counted, numberText, shareText } from '../figures.ts'

/** A line of the table: what it is, as it is now, and as it would be. */
export type Figure = readonly [name: string, now: string, then: string]

/** Settings first, then what they come to. What is not known of either is left out. */
export function figuresOf({ current, recommended }: Advice): readonly Figure[] {
  const then = recommended.prediction
  const figure = (name: string, text: (prediction: Prediction) => string | undefined): Figure[] => {
    const [before, after] = [text(current), text(then)]
    return before === undefined || after === undefined ? [] : [[name, before, after]]
  }
  return [
    ...figure('configTtlMs', ({ setting }) => durationText(setting.configTtlMs)),
    ...figure('live.ttlMs', ({ setting }) => durationText(setting.liveTtlMs)),
    ...figure('live.idleMs', ({ setting }) => durationText(setting.idleMs)),
    ...figure('live.maxAgents', ({ setting }) => numberText(setting.maxAgents)),
    ...figure('from memory', ({ memoryHitRate }) => shareText(memoryHitRate)),
    ...figure('without a full build', ({ withoutBuild }) => shareText(withoutBuild)),
    ...figure('full builds an hour', ({ buildsPerHour }) => numberText(buildsPerHour)),
    ...figure('waited for an hour', ({ rebuildMsPerHour }) =>
      isCostKnown(current) ? durationText(rebuildMsPerHour) : undefined,
    ),
    ...figure('live agents, mean', ({ liveAgents }) => numberText(liveAgents.mean)),
    ...figure('live agents, most', ({ liveAgents }) => numberText(liveAgents.max)),
    ...figure('configs stored', ({ store }) => numberText(store.entries)),
    ...figure('in the store', ({ store }) => (store.bytes === undefined ? undefined : bytesText(store.bytes))),
  ]
}

/** One sentence each. */
export function savingsOf({ current, recommended }: Advice): readonly string[] {
  const then = recommended.prediction
  const builds = current.buildsPerHour - then.buildsPerHour
  const waitedMs = current.rebuildMsPerHour - then.rebuildMsPerHour
  const live = current.liveAgents.max - then.liveAgents.max
  const sentences: string[] = []
  if (builds >= 0.05) sentences.push(`It saves ${counted(builds, 'full build')} an hour.`)
  if (builds <= -0.05) sentences.push(`It costs ${counted(-builds, 'full build')} more an hour.`)
  if (isCostKnown(current) && Math.abs(waitedMs) >= 500) {
    sentences.push(`Requests wait ${durationText(Math.abs(waitedMs))} ${waitedMs > 0 ? 'less' : 'more'} an hour, all together.`)
  }
  if (Math.abs(live) >= 1)
    sentences.push(`Each worker keeps up to ${numberText(Math.abs(live))} ${live > 0 ? 'fewer' : 'more'} live agents.`)
  return sentences.length === 0 ? ['It makes no difference that counts.'] : sentences
}

/** What was watched. */
export function watchedText({ from, until, requests, sample }: Advice, workers: number): string {
  const part = sample.rate < 1 ? `a sample of 1 key in ${numberText(1 / sample.rate)}` : 'all keys'
  return `${durationText(until - from)}, ${counted(requests, 'request')} to ${counted(workers, 'worker')}; ${part}: ${counted(sample.keys, 'key')}, ${counted(sample.events, 'event')}`
}

function isCostKnown({ rebuildMsPerHour }: Prediction): boolean {
  return rebuildMsPerHour > 0
}
