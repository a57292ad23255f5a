import { sampleConfig, type SampleConfig } from '../sample-agent.ts'
import { type SampleKey, sampleKeys } from '../sample-keys.ts'

const agentCount = 20

/** Sessions that nobody has asked for, in a store that is emptied after each round. */
export interface MissSample {
  readonly keys: readonly SampleKey[]
  /** Sessions that a worker serves before it is measured. */
  readonly warmUp: readonly SampleKey[]
  /** By the index of a key: the session's own, or that of its agent. Costs next to nothing. */
  readonly own: (session: number) => SampleConfig
  readonly shared: (session: number) => SampleConfig
}

export function missSample(sessions: number): MissSample {
  const all = sampleKeys(sessions + agentCount, agentCount)
  const configs = Array.from({ length: agentCount }, (_, agent) => sampleConfig(agent))
  const shared = (session: number) => configs[session % agentCount]!
  return {
    keys: all.slice(0, sessions),
    warmUp: all.slice(sessions),
    own: (session) => ({ ...shared(session), name: `Agent of session ${session}` }),
    shared,
  }
}
