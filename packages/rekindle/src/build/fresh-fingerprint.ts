import type { AgentKey } from '../agent-key.ts'
import type { Clock } from '../clock.ts'
import { fingerprintOf } from '../config/fingerprint.ts'
import { serialize } from '../config/serialize.ts'
import type { Bulkhead } from './bulkhead.ts'
import type { Recipe } from './recipe.ts'
import { type BuildLimits, timebox } from './timebox.ts'

/**
 * The fingerprint of what the source of truth says now: loaded as for a build, in its turn and in its time, and neither kept nor
 * served. `undefined`: it cannot be serialised. Rejects with what `loadConfig` threw.
 */
export async function freshFingerprint<Config, Agent>(
  key: AgentKey,
  parts: { readonly recipe: Recipe<Config, Agent>; readonly bulkhead: Bulkhead; readonly limits: BuildLimits },
): Promise<string | undefined> {
  const { recipe, bulkhead, limits } = parts
  const { config } = await timebox(
    'load',
    { ...limits, clock: inBackground(limits.clock) },
    async ({ signal }) => {
      const leave = await bulkhead.enter(signal)
      try {
        return await recipe.load(key, { signal, tag: () => {} })
      } finally {
        leave()
      }
    },
    () => {},
  )
  const { text } = serialize(config)
  return text === undefined ? undefined : fingerprintOf(text)
}

/** Nobody waits: the process may end meanwhile. */
function inBackground(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    after(ms, call) {
      const timer = clock.after(ms, call)
      timer.unref()
      return timer
    },
  }
}
