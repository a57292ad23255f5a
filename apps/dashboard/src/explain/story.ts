import type { WorkersExplanation } from 'rekindle'
import { workerLabel } from '../fleet/worker-label.ts'
import { agoText, latencyText } from '../state/words.ts'
import { lastMade, merged } from './history.ts'
import { becauseText, refusalText, targetText } from './reason-words.ts'

/** For people: why the agent was last made anew, and what the next request will have to do. */
export function storyOf(explanation: WorkersExplanation, now: number): readonly string[] {
  return [pastOf(explanation, now), nextOf(explanation)]
}

function pastOf({ workers, invalidation }: WorkersExplanation, now: number): string {
  const made = lastMade(merged(workers))
  if (made === undefined) return 'No worker remembers having made it.'
  const how = made.source === 'build' ? 'built in full' : 'made from its stored config'
  const cause = made.reason === 'invalidated' ? invalidation.last : undefined
  const because = becauseText(made.reason) + (cause ? ` (${targetText(cause.target)})` : '')
  return `It was last ${how} ${agoText(made.at, now)} by ${workerLabel(made.worker)}, in ${latencyText(made.durationMs)}, because ${because}.`
}

function nextOf({ workers, config }: WorkersExplanation): string {
  const having = workers.filter(({ memory }) => memory.present && (memory.standing === 'fresh' || memory.standing === 'stale'))
  const others = having.length === 0 ? 'The next request' : `Of the others (${workers.length - having.length}), the next request`
  const elsewhere = `${others} ${withoutMemory(config)}`
  if (having.length === 0) return elsewhere
  const served = `${having.length === 1 ? 'One worker serves' : `${having.length} workers serve`} it from memory.`
  return having.length === workers.length ? served : `${served} ${elsewhere}`
}

function withoutMemory(config: WorkersExplanation['config']): string {
  if (config.state === 'usable') return 'makes it from the stored config, without a full build.'
  if (config.state === 'none') return 'builds it in full: there is no store.'
  const detail = config.detail === undefined ? '' : `: ${config.detail}`
  return `builds it in full. Of the store: ${refusalText(config.reason).toLowerCase()}${detail}.`
}
