/** A fleet to be simulated. */
export interface FleetPlan {
  readonly workers: number
  /** So many of them are simulated, each for as many as it takes. */
  readonly simulated: number
  /** Of a Redis Cluster; 0: one Redis. */
  readonly shards: number
  readonly namespaces: number
  /** Per worker. */
  readonly sessions: number
  readonly agents: number
  /** Which part of the agents, with their sessions, is simulated. */
  readonly part: number
  /**
   * A simulated agent has all its sessions, on the workers that are simulated: each has more of it than it would. Right where it matters how
   * soon somebody asks for an agent. Otherwise only the sessions that those workers would have: right where it matters how soon the
   * same worker does.
   */
  readonly wholeAgents: boolean
  /** A session asks for its agent so often. */
  readonly turnEveryMs: number
  /** And ends after so long; another begins. */
  readonly sessionMs: number
  /** Whether a session comes back to the same worker. */
  readonly sticky: boolean
  /** Sessions share the live agent, or have one each. */
  readonly sharedAgents: boolean
  readonly maxAgents: number
  readonly loadMs: number
  readonly configTtlMs: number
  readonly configVersion: string
  readonly maxStalenessMs: number
  readonly whenUnsynced: 'serve' | 'rebuild'
  readonly seed: number
}

/** A thousand of these workers have ten million sessions. */
export const usualFleet: FleetPlan = {
  workers: 1_000,
  simulated: 1_000,
  shards: 0,
  namespaces: 1,
  sessions: 10_000,
  agents: 10_000,
  part: 0.01,
  wholeAgents: false,
  turnEveryMs: 600_000,
  sessionMs: 3_600_000,
  sticky: true,
  sharedAgents: false,
  maxAgents: 20_000,
  loadMs: 200,
  configTtlMs: 3_600_000,
  configVersion: '1',
  maxStalenessMs: 1_000,
  whenUnsynced: 'serve',
  seed: 1,
}
