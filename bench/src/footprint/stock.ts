import { numberedKey } from '../growth/numbered-key.ts'
import { flat, joined, type SampleKey } from '../sample-keys.ts'

export interface LittleAgent {
  readonly name: string
}

/** Agents and the strings of their keys, made before anything is measured and held until it is over. By the same index. */
export interface Stock {
  readonly keys: readonly SampleKey[]
  /** The four parts as one string. */
  readonly names: readonly string[]
  readonly agents: readonly LittleAgent[]
  /** For a cache that makes its agents: the one that is there. */
  readonly bySession: ReadonlyMap<string, LittleAgent>
}

/** `from`: the number of the first, so that two stocks have nothing in common. */
export function stockOf(count: number, from: number): Stock {
  const keys = Array.from({ length: count }, (_, index) => numberedKey(from + index))
  const names = keys.map((key) => flat(joined(key)))
  const agents = keys.map(({ agentId }): LittleAgent => ({ name: agentId }))
  return { keys, names, agents, bySession: new Map(keys.map(({ sessionId }, index) => [sessionId, agents[index]!])) }
}
