import { AgentCache } from './agent-cache.ts'
import { type AgentKey, inOrder, type KeyField, keyFields, projectKey } from './agent-key.ts'
import { alone } from './alone.ts'
import { lateAudit, noAudit } from './audit/late-audit.ts'
import { AgentBuilder } from './build/agent-builder.ts'
import { Bulkhead } from './build/bulkhead.ts'
import { ConfigSource } from './build/config-source.ts'
import { freshFingerprint } from './build/fresh-fingerprint.ts'
import { recipeFrom } from './build/recipe.ts'
import { systemClock } from './clock.ts'
import { ConfigTier } from './config/config-tier.ts'
import { InternedConfigs } from './config/interned-configs.ts'
import { Events } from './events.ts'
import type { Commons } from './fleet.ts'
import type { Invalidated } from './invalidation/invalidations.ts'
import { matcherFor } from './invalidation/target.ts'
import { LateDiagnosis } from './late-diagnosis.ts'
import { Disposer } from './live/disposer.ts'
import type { LiveAgent } from './live/live-agent.ts'
import { LiveTier } from './live/live-tier.ts'
import { Scale } from './live/pressure/scale.ts'
import { lateMemoryWatch } from './live/pressure/late-memory-watch.ts'
import { assertOptions } from './option-checks.ts'
import type { AgentCacheOptions } from './options.ts'
import { RequestNotes } from './request-notes.ts'
import { Counters, statsOf } from './stats.ts'
import { Tracing } from './tracing.ts'
import { WaitingRoom } from './waiting-room.ts'
import { watchedCache } from './watched-cache.ts'
import { workerName } from './worker-name.ts'

/** Ten years. A store could not keep "for ever": Redis refuses it, and JSON has no infinity. */
const longestMs = 315_360_000_000

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
  const {
    namespace,
    store,
    configSchema,
    configVersion = '1',
    ttlJitter = 0.1,
    maxConcurrentBuilds = 32,
    buildTimeoutMs = 30_000,
    auditRate = 0,
    storeTimeoutMs = 250,
    maxStalenessMs = 1_000,
    whenUnsynced = 'serve',
    clock = systemClock,
    random = Math.random,
    readMemory,
  } = options
  const configTtlMs = Math.min(options.configTtlMs ?? 3_600_000, longestMs)
  const longestTtlMs = Math.max(configTtlMs, options.advisor?.longestTtlMs ?? 0)
  const staleWhileRevalidateMs = Math.min(options.staleWhileRevalidateMs ?? 0, longestMs)
  const notFoundTtlMs = Math.min(options.notFoundTtlMs ?? 0, longestMs)
  const staleIfErrorMs = Math.min(options.staleIfErrorMs ?? 0, longestMs)
  const { maxAgents = 1000, ttlMs: liveTtlMs = configTtlMs, idleMs = 900_000, concurrency = 'shared' } = options.live ?? {}
  // What other workers are told of it is JSON.
  const settings = {
    configTtlMs,
    liveTtlMs: Math.min(liveTtlMs, longestMs),
    idleMs: Math.min(idleMs, longestMs),
    maxAgents: Math.min(maxAgents, Number.MAX_SAFE_INTEGER),
  }
  const liveScope = inOrder(options.liveScope ?? keyFields)
  const configScope = inOrder(options.configScope ?? liveScope)
  const exclusive = concurrency === 'exclusive'
  const stored = store !== undefined

  const identity = { namespace, worker: workerName() }
  const events = new Events(identity)
  const tracing = new Tracing(identity)
  const counters = new Counters(events)
  const giveUp = new AbortController()
  const limits = { clock, timeoutMs: buildTimeoutMs, closing: giveUp.signal }
  const windows = { staleWhileRevalidateMs, staleIfErrorMs }

  const weigh =
    options.weighAgent &&
    ((agent: Agent, key: AgentKey) => options.weighAgent!(agent, projectKey(key, liveScope as readonly LiveFields[])))
  const recipe = recipeFrom(options, configScope, liveScope)
  const disposer = new Disposer<Agent>((agent, key) => recipe.dispose(agent, key), { events, tracing }, liveScope)
  const live = new LiveTier<Config, Agent>(
    {
      liveScope,
      settings,
      exclusive,
      clock,
      watchMemory: (household) => lateMemoryWatch(clock, readMemory, household, events),
      ...windows,
    },
    new Scale<Config, Agent>(weigh, liveScope, events),
    disposer,
    events,
  )

  // No entry is valid for longer than it is fresh, stale windows and its own loading included.
  const retentionMs = Math.min(longestTtlMs + Math.max(staleWhileRevalidateMs, staleIfErrorMs) + buildTimeoutMs, longestMs)
  const interned = new InternedConfigs<Config>(maxInterned, maxInternedSize)
  const isRead = stored && recipe.create !== undefined
  const commons: Commons<Config> =
    store === undefined
      ? alone<Config>(identity.worker, live, onInvalidated)
      : store.sharing.join({
          access: { name: store.name, connection: store.connect(namespace, { retentionMs }), timeoutMs: storeTimeoutMs },
          worker: identity.worker,
          clock,
          random,
          events,
          counters,
          interned,
          isRead,
          maxStalenessMs,
          whenUnsynced,
          servesForMs:
            Math.min(Math.max(liveTtlMs, options.advisor?.longestTtlMs ?? 0), longestMs) +
            Math.max(staleWhileRevalidateMs, staleIfErrorMs),
          live,
          onInvalidated,
          answer: async (question) => (await diagnosis.ready()).answer(question),
          configSchema,
          configVersion,
          settings,
          longestTtlMs,
          ...windows,
        })
  const { fleet, configs, inspection } = commons
  const { heartbeat, loadInTurn } = fleet
  const { view } = fleet.invalidations
  let { history } = view.stamp

  const tier = new ConfigTier<Config>({ configSchema, settings, ttlJitter, clock, random }, configs, interned, events)
  const discardAgent = (agent: Agent, key: Parameters<typeof recipe.dispose>[1]) => disposer.dispose(agent, key, 'replaced')
  const bulkhead = new Bulkhead(maxConcurrentBuilds)
  const source = new ConfigSource<Config, Agent>(
    { ...limits, configVersion, configScope, liveScope, settings, staleIfErrorMs, notFoundTtlMs, storeTimeoutMs },
    { recipe, tier, view, events, counters, tracing, bulkhead, loadInTurn, discardAgent },
  )
  const builder = new AgentBuilder<Config, Agent>(limits, recipe, source, { events, counters, tracing }, discardAgent)
  const room = new WaitingRoom<Config, Agent>({
    live,
    builder,
    view,
    heartbeat,
    counters,
    events,
    clock,
    liveScope,
    exclusive,
    stored,
  })

  const audit =
    auditRate > 0
      ? lateAudit({
          rate: auditRate,
          clock,
          random,
          events,
          maxStalenessMs,
          load: (key, signal) => freshFingerprint(key, { recipe, bulkhead, limits: { ...limits, closing: signal } }),
          async isValid(served) {
            const complete = !stored || (await heartbeat.verify())
            return view.isValid(served) ? complete || undefined : false
          },
        })
      : undefined
  const stats = () => statsOf({ counters, live, room, fleet, events, settings, audit: audit ?? noAudit })
  const diagnosis = new LateDiagnosis(events, clock, (diagnose) => {
    const { describeWorker } = options
    const where = { live, inspection, view, clock, configScope, liveScope }
    return diagnose<Config, Agent>({ ...where, asks: fleet.asks, describeWorker, stats, watch: () => watch, events })
  })

  /** Nobody who asks from now on gets what has been made, or is being made, of what is now invalid. */
  function onInvalidated({ targets, stamp, floor }: Invalidated): void {
    // As a rule nothing is being built.
    if (room.building > 0) {
      const named = matcherFor(targets)
      room.detach((key) => named(key, []))
      source.detach((key) => named(key, []))
    }
    let retired = live.retireDependents(targets, 'invalidated')
    if (floor > 0 || stamp.history !== history) {
      history = stamp.history
      const isOld = ({ record: { asOf } }: LiveAgent<Config, Agent>) => asOf.history !== history || asOf.clock < floor
      retired += live.retireWhere(isOld, 'invalidated')
    }
    if (targets.length > 0 || retired > 0) events.emit('invalidated', () => ({ targets, clock: stamp.clock, retired }))
  }

  const sharesConfigs = configScope.length < liveScope.length
  const watched = watchedCache({ clock, events, settings, live, stats, ttlJitter, stored: isRead, sharesConfigs })
  const watch = options.advisor?.watch(watched)

  return new AgentCache({
    live,
    room,
    fleet,
    disposer,
    counters,
    events,
    clock,
    scopes: [configScope, liveScope],
    diagnosis,
    stats,
    workers: diagnosis.workers(identity.worker),
    tracing,
    watch,
    notes: watch && new RequestNotes(watch, liveScope, configScope),
    audit,
    exclusive,
    giveUp,
  })
}
