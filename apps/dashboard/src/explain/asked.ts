import type { AskedKey } from '../api/cache.ts'

/** What the form of the page holds; empty is not said. Its names are those of the address. */
export interface Asked {
  readonly agent: string
  readonly user: string
  readonly session: string
  readonly reasoning: string
}

export function askedIn(query: Readonly<Record<string, string>>, user: string): Asked {
  const of = (name: string): string => query[name] ?? ''
  return { agent: of('agent'), user: of('user') || user, session: of('session'), reasoning: of('reasoning') }
}

export function addressOf(asked: Asked): string {
  const said = Object.entries(asked).filter(([, value]) => value !== '')
  return `/explain?${new URLSearchParams(said)}`
}

/** `true` and `false` are keys of their own, other than levels. */
export function keyOf({ agent, user, session, reasoning }: Asked): AskedKey {
  const level = reasoning === 'true' ? true : reasoning === 'false' ? false : reasoning
  return {
    agentId: agent,
    ...(user !== '' && { userId: user }),
    ...(session !== '' && { sessionId: session }),
    ...(level !== '' && { reasoning: level }),
  }
}
