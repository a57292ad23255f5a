import type { AgentCacheEvents } from '../events.ts'

/** The events that tell what befell a key. */
export const toldOf = [
  'created',
  'retired',
  'config-refused',
  'config-not-stored',
  'build-failed',
  'refresh-failed',
  'stale-served',
  'invalidated',
] as const

type ToldName = (typeof toldOf)[number]

export type Told = { [Name in ToldName]: { readonly name: Name; readonly event: AgentCacheEvents[Name] } }[ToldName]
