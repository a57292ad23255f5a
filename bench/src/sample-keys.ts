/** What agents are asked for by; in the benchmarks every session is one live agent. */
export interface SampleKey {
  readonly agentId: string
  readonly userId: string
  readonly sessionId: string
  readonly reasoning: boolean
}

/** A number from 0 up to, not including, 1; the same sequence for the same seed, in every run. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const hex = '0123456789abcdef'

/** `count` sessions of `agents` agents, ids as long as real ones (a session id looks like a UUID). */
export function sampleKeys(count: number, agents: number): SampleKey[] {
  const random = randomFrom(count)
  const digits = (length: number) => Array.from({ length }, () => hex[Math.floor(random() * 16)]).join('')
  return Array.from({ length: count }, (_, index) => ({
    agentId: flat(`agent-${index % agents}`),
    userId: flat(`user-${digits(12)}`),
    sessionId: flat(`${digits(8)}-${digits(4)}-4${digits(3)}-a${digits(3)}-${digits(12)}`),
    reasoning: index % 2 === 0,
  }))
}

/** The same ids in other string objects, as they come out of the next request. */
export function copyOf({ agentId, userId, sessionId, reasoning }: SampleKey): SampleKey {
  return { agentId: flat(agentId), userId: flat(userId), sessionId: flat(sessionId), reasoning }
}

/** A string of its own memory: what is concatenated would be flattened, and pay for it, at first use. */
export function flat(text: string): string {
  return Buffer.from(text).toString()
}

/** The items in an order that is random, but the same in every run: caches of the CPU cannot foresee it. */
export function shuffled<Item>(items: readonly Item[]): Item[] {
  const random = randomFrom(items.length)
  return items
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item)
}

/** The four parts as one string, the cheapest way there is. (Not injective for ids that hold the delimiter.) */
export function joined({ agentId, userId, sessionId, reasoning }: SampleKey): string {
  return `${agentId}|${userId}|${sessionId}|${reasoning}`
}
