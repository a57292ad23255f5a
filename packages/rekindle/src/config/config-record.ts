import type { AgentKey } from '../agent-key.ts'
import type { Stamp } from '../invalidation/stamp.ts'

/** Most have none, and one will do for all. */
export const noTags: readonly string[] = Object.freeze([])

/** A config in this process, ready to be made into an agent. */
export interface ConfigRecord<Config> {
  /** Frozen at every level, unless it could not be serialised or is too large. */
  readonly config: Config
  /** The fields of the key that it depends on. */
  readonly key: Partial<AgentKey>
  /** Content hash; `undefined` for what cannot be serialised or is too large. */
  readonly fingerprint: string | undefined
  /** The invalidation clock as it was read before the config was loaded. */
  readonly asOf: Stamp
  /** The dependencies that `loadConfig` named. Those that follow from the key are not listed. */
  readonly tags: readonly string[]
  /** Wall clock, ms. */
  readonly freshUntil: number
}
