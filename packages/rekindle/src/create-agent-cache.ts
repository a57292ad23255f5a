import { AgentCache } from './agent-cache.ts'
import type { AgentKey, KeyField } from './agent-key.ts'
import { alone } from './alone.ts'
import type { AuditorParts } from './audit/auditor.ts'
import { type Audit, lateAudit, noAudit } from './audit/late-audit.ts'
import { AgentBuilder } from './build/agent-builder.ts'
import { Bulkhead } from './build/bulkhead.ts'
import { ConfigSource } from './build/config-source.ts'
import { freshFingerprint } from './build/fresh-fingerprint.ts'
import { type Recipe, recipeFrom } from './build/recipe.ts'
import { ConfigTier } from './config/config-tier.ts'
import { InternedConfigs } from './config/interned-configs.ts'
import { Events } from './events.ts'
import type { Commons, Fleet } from './fleet.ts'
import { LateDiagnosis } from './late/late-diagnosis.ts'
import { Disposer } from './live/disposer.ts'
import { LiveTier } from './live/live-tier.ts'
import { lateMemoryWatch } from './live/pressure/late-memory-watch.ts'
import type { Household } from './live/pressure/memory-watch.ts'
import { Scale } from './live/pressure/scale.ts'
import { assertOptions } from './option-checks.ts'
import type { AgentCacheOptions, CommonOptions } from './options.ts'
import { inEffect, type OptionsInEffect } from './options-in-effect.ts'
import { RequestNotes } from './watch/request-notes.ts'
import { retireInvalid } from './retire-invalid.ts'
import { Counters, statsOf } from './counts/stats.ts'
import type { JoinOptions } from './store/sharing.ts'
import { Tracing } from './tracing.ts'
import { WaitingRoom } from './waiting/waiting-room.ts'
import { watchedCache } from './watch/watched-cache.ts'
import { workerName } from './workers/worker-name.ts'

/** For the parsed configs kept in this process: how many, and about how many bytes. */
const maxInterned = 10_000
const maxInternedSize = 128 * 1_048_576

/**
 * Makes an {@link AgentCache}: live agents in this process's memory, their configs in a store shared by all workers, and
 * behind both a full build that always works.
 *
 * Throws {@link InvalidOptionsError} naming the option that cannot be worked with. Does no I/O.
 */
export function createAgentCache<
  const Config,
  Agent,
  const ConfigFields extends KeyField = KeyField,
  const LiveFields extends KeyField = KeyField,
>(options: AgentCacheOptions<Config, Agent, ConfigFields, LiveFields>): AgentCache<Config, Agent> {
  assertOptions(options)
  const given = inEffect(options)
  const { clock, configScope, liveScope, exclusive, settings } = given
  const ground = groundOf(options.namespace)
  const { events, tracing, counters, worker } = ground
  const recipe = recipeFrom(options, configScope, liveScope)
  const { live, disposer } = openMemory(options, given, recipe, ground)
  const interned = new InternedConfigs<Config>(maxInterned, maxInternedSize)
  const { fleet, configs, inspection } = openCommons<Config>(options, given, {
    ...ground,
    live,
    interned,
    isRead: recipe.create !== undefined,
    onInvalidated: (invalidated) => onInvalidated(invalidated),
    answer: async (question) => (await diagnosis.ready()).answer(question),
  })
  const { heartbeat } = fleet
  const { view } = fleet.invalidations

  const tier = new ConfigTier<Config>({ ...given, configSchema: options.configSchema }, configs, interned, events)
  const { source, builder, giveUp, reload } = openBuilds(given, ground, { recipe, tier, fleet, disposer })
  const stored = options.store !== undefined
  const waiting = { live, builder, view, heartbeat, counters, events, clock, liveScope, exclusive, stored }
  const room = new WaitingRoom<Config, Agent>(waiting)
  const onInvalidated = retireInvalid({ live, room, source, events }, view.stamp.history)

  const audit = openAudit(given, events, { fleet, stored, reload })
  const stats = () => statsOf({ counters, live, room, fleet, events, settings, audit: audit ?? noAudit })
  const where = { live, inspection, view, clock, configScope, liveScope, asks: fleet.asks }
  const diagnosis = new LateDiagnosis(events, clock, (diagnose) =>
    diagnose<Config, Agent>({ ...where, describeWorker: options.describeWorker, stats, watch: () => watch, events }),
  )
  const shares = { stored: inspection !== undefined, sharesConfigs: configScope.length < liveScope.length }
  const watch = options.advisor?.watch(watchedCache({ ...given, ...shares, events, live, stats }))
  const notes = watch && new RequestNotes(watch, liveScope, configScope)
  const scopes = [configScope, liveScope] as const
  const workers = diagnosis.workers(worker)
  const served = { live, room, fleet, disposer, clock, watch, audit, giveUp }
  return new AgentCache({ ...served, counters, events, scopes, diagnosis, stats, workers, tracing, notes, exclusive })
}

/** Who this worker is, and what all parts tell of what they do. */
interface Ground {
  readonly worker: string
  readonly events: Events
  readonly tracing: Tracing
  readonly counters: Counters
}

function groundOf(namespace: string): Ground {
  const identity = { namespace, worker: workerName() }
  const events = new Events(identity)
  return { worker: identity.worker, events, tracing: new Tracing(identity), counters: new Counters(events) }
}

function openMemory<Config, Agent>(
  { readMemory }: Pick<CommonOptions<Config, Agent, never>, 'readMemory'>,
  given: OptionsInEffect,
  recipe: Recipe<Config, Agent>,
  ground: Ground,
): { readonly live: LiveTier<Config, Agent>; readonly disposer: Disposer<Agent> } {
  const { clock, liveScope } = given
  const { events } = ground
  const disposer = new Disposer<Agent>((agent, key) => recipe.dispose(agent, key), ground, liveScope)
  const scale = new Scale<Config, Agent>(recipe.weigh, liveScope, events)
  const watchMemory = (household: Household) => lateMemoryWatch(clock, readMemory, household, events)
  return { live: new LiveTier<Config, Agent>({ ...given, watchMemory }, scale, disposer, events), disposer }
}

/** What is shared with other workers; without a store, nothing. */
function openCommons<Config>(
  { namespace, store, configSchema }: Pick<CommonOptions<Config, never, never>, 'namespace' | 'store' | 'configSchema'>,
  given: OptionsInEffect,
  own: Omit<Ground, 'tracing'> & Pick<JoinOptions<Config>, 'live' | 'interned' | 'isRead' | 'onInvalidated' | 'answer'>,
): Commons<Config> {
  if (store === undefined) return alone<Config>(own.worker, own.live, own.onInvalidated)
  const { retentionMs, storeTimeoutMs: timeoutMs } = given
  const access = { name: store.name, connection: store.connect(namespace, { retentionMs }), timeoutMs }
  return store.sharing.join({ ...given, ...own, access, configSchema })
}

interface BuildParts<Config, Agent> {
  readonly recipe: Recipe<Config, Agent>
  readonly tier: ConfigTier<Config>
  readonly fleet: Fleet
  readonly disposer: Disposer<Agent>
}

function openBuilds<Config, Agent>(
  given: OptionsInEffect,
  ground: Ground,
  { recipe, tier, fleet, disposer }: BuildParts<Config, Agent>,
) {
  const giveUp = new AbortController()
  const { clock, buildTimeoutMs: timeoutMs } = given
  const limits = { clock, timeoutMs, closing: giveUp.signal }
  const bulkhead = new Bulkhead(given.maxConcurrentBuilds)
  const discardAgent = (agent: Agent, key: AgentKey) => disposer.dispose(agent, key, 'replaced')
  const { invalidations, loadInTurn } = fleet
  const parts = { ...ground, recipe, tier, view: invalidations.view, bulkhead, loadInTurn, discardAgent }
  const source = new ConfigSource<Config, Agent>({ ...given, ...limits }, parts)
  return {
    source,
    builder: new AgentBuilder<Config, Agent>(limits, recipe, source, ground, discardAgent),
    giveUp,
    /** The fingerprint of what the source of truth says now. */
    reload: (key: AgentKey, closing: AbortSignal) => freshFingerprint(key, { recipe, bulkhead, limits: { ...limits, closing } }),
  }
}

function openAudit(
  given: OptionsInEffect,
  events: Events,
  { fleet, stored, reload }: { readonly fleet: Fleet; readonly stored: boolean; readonly reload: AuditorParts['load'] },
): Audit | undefined {
  if (given.auditRate === 0) return undefined
  const { heartbeat, invalidations } = fleet
  return lateAudit({
    ...given,
    rate: given.auditRate,
    events,
    load: reload,
    async isValid(served) {
      const complete = !stored || (await heartbeat.verify())
      return invalidations.view.isValid(served) ? complete || undefined : false
    },
  })
}
