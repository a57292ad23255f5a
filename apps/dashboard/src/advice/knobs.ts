import type { CacheSettings } from 'rekindle'
import { countText, spanText } from '../state/words.ts'

/** What of the settings can be turned, and where. */
export interface Knob {
  readonly label: string
  /** Of `createAgentCache`. */
  readonly option: string
  /** The variable of the server's environment. */
  readonly variable: string
  readonly of: (setting: CacheSettings) => number
  readonly text: (value: number) => string
}

export type KnobName = keyof CacheSettings

export const knobs: Readonly<Record<KnobName, Knob>> = {
  configTtlMs: {
    label: 'Config time to live',
    option: 'configTtlMs',
    variable: 'REKINDLE_CONFIG_TTL_MS',
    of: ({ configTtlMs }) => configTtlMs,
    text: spanText,
  },
  liveTtlMs: {
    label: 'Live time to live',
    option: 'live.ttlMs',
    variable: 'REKINDLE_LIVE_TTL_MS',
    of: ({ liveTtlMs }) => liveTtlMs,
    text: spanText,
  },
  idleMs: {
    label: 'Idle time',
    option: 'live.idleMs',
    variable: 'REKINDLE_LIVE_IDLE_MS',
    of: ({ idleMs }) => idleMs,
    text: spanText,
  },
  maxAgents: {
    label: 'Agents in memory',
    option: 'live.maxAgents',
    variable: 'REKINDLE_LIVE_MAX_AGENTS',
    of: ({ maxAgents }) => maxAgents,
    text: countText,
  },
}

export interface Change {
  readonly knob: Knob
  readonly from: number
  readonly to: number
}

/** What is to be turned to come from one setting to another. */
export function changesBetween(from: CacheSettings, to: CacheSettings): Change[] {
  return Object.values(knobs).flatMap((knob) =>
    knob.of(from) === knob.of(to) ? [] : [{ knob, from: knob.of(from), to: knob.of(to) }],
  )
}
