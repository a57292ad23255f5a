import { randomFrom } from '../sample-keys.ts'

export interface Visit {
  readonly agentId: string
  readonly userId: string
  readonly sessionId: string
}

/** Visits that are served at once, by the number of the worker that gets them, and what happens when they have been. */
export interface Phase {
  readonly visits: readonly (readonly Visit[])[]
  /** Somebody changes this agent, by way of one of the workers. */
  readonly edit: { readonly agentId: string; readonly worker: number }
}

const agents = 40
const visitsPerSession = 20
const visitsPerPhase = 500
/** What part of all time a session lasts. */
const sessionLength = 0.3

/** Sessions of agents that are asked for unequally often. A dispatcher that knows nothing of sessions gives each visit to any worker. */
export function workload(sessions: number, workers: number): Phase[] {
  const random = randomFrom(sessions)
  const pick = zipf(agents, random)
  const all = Array.from({ length: sessions }, (_, session) => {
    const visit: Visit = { agentId: `agent-${pick()}`, userId: `user-${session % 97}`, sessionId: `session-${session}` }
    const starts = random() * (1 - sessionLength)
    return Array.from({ length: visitsPerSession }, () => ({ visit, at: starts + random() * sessionLength }))
  })
  const inTime = all
    .flat()
    .sort((one, other) => one.at - other.at)
    .map(({ visit }) => visit)
  const phases: Phase[] = []
  for (let from = 0; from < inTime.length; from += visitsPerPhase) {
    const visits = Array.from({ length: workers }, (): Visit[] => [])
    for (const visit of inTime.slice(from, from + visitsPerPhase)) visits[Math.floor(random() * workers)]!.push(visit)
    phases.push({ visits, edit: { agentId: `agent-${pick()}`, worker: Math.floor(random() * workers) } })
  }
  return phases
}

/** The first of so many twice as often as the second, three times as often as the third, and so on. */
function zipf(count: number, random: () => number): () => number {
  const weights = Array.from({ length: count }, (_, index) => 1 / (index + 1))
  const total = weights.reduce((sum, weight) => sum + weight)
  return () => {
    let left = random() * total
    return weights.findIndex((weight) => (left -= weight) <= 0)
  }
}

export const workloadWords = `${agents} agents, the first asked for ten times as often as the tenth; ${visitsPerSession} visits per session, which any worker gets; after every ${visitsPerPhase} visits an agent is edited`
