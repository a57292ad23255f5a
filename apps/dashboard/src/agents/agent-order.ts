import type { AgentSummary } from '../api/agents.ts'
import type { AgentTotals } from '../fleet/agent-totals.ts'

export type Order = 'name' | 'requests' | 'rebuilds' | 'live' | 'updated'

/** The agents that all words of `search` are found in, in the order asked for: numbers and times from the largest. */
export function arranged(
  agents: readonly AgentSummary[],
  totals: ReadonlyMap<string, AgentTotals> | undefined,
  search: string,
  order: Order,
): AgentSummary[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = agents.filter(({ id, name, description, model, tools }) => {
    const text = [id, name, description, model, ...tools].join('\n').toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const rank = ({ id }: AgentSummary): number => {
    const of = totals?.get(id)
    if (order === 'requests') return of?.requests ?? 0
    if (order === 'rebuilds') return (of?.served.config ?? 0) + (of?.served.build ?? 0)
    return of?.live ?? 0
  }
  return found.toSorted((one, other) => {
    if (order === 'updated') return Date.parse(other.updatedAt) - Date.parse(one.updatedAt)
    const difference = order === 'name' ? 0 : rank(other) - rank(one)
    return difference || one.name.localeCompare(other.name)
  })
}
