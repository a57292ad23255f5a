import { type Knob, knobs } from './knobs.ts'

interface GridKind {
  readonly label: string
  /** The first is that of the rows, the last that of the columns. */
  readonly varied: readonly [Knob, ...Knob[]]
}

/** Which pairs of settings are tried together. */
export const gridKinds = {
  ttlBySize: { label: 'Time to live × agents in memory', varied: [knobs.configTtlMs, knobs.liveTtlMs, knobs.maxAgents] },
  idleBySize: { label: 'Idle time × agents in memory', varied: [knobs.idleMs, knobs.maxAgents] },
} as const satisfies Record<string, GridKind>

export type GridKindName = keyof typeof gridKinds

export const gridKindNames = Object.keys(gridKinds) as GridKindName[]
