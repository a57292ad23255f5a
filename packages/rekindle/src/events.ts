import { type Channel, channel } from 'node:diagnostics_channel'
import type { AgentKey } from './agent-key.ts'
import type { AuditFinding } from './audit/audit-summary.ts'
import { type ConfigIssue, InvalidOptionsError } from './errors.ts'
import { type ConfigRefusal, countersOf, type MissReason, type RemovalCause } from './reasons.ts'
import type { CacheSettings } from './settings.ts'

/**
 * What happens in a cache, for logs, metrics and tests: for its own listeners (`agents.on`), and for all who subscribe to
 * `node:diagnostics_channel` under {@link eventChannel}.
 */
export interface AgentCacheEvents {
  /** A request got its agent. Of memory hits, only the one in 128 that is timed makes this event; `stats()` counts all. */
  readonly served: {
    readonly source: 'memory' | 'config' | 'build'
    readonly reason: MissReason | undefined
    /** From asking to holding. */
    readonly durationMs: number
  }
  /** An agent was made, from a stored config or by a full build. */
  readonly created: {
    readonly key: Partial<AgentKey>
    readonly source: 'config' | 'build'
    readonly reason: MissReason
    readonly fingerprint: string | undefined
    /** The dependencies that `loadConfig` named. */
    readonly tags: readonly string[]
    readonly durationMs: number
  }
  /** Neither a stored config nor a build gave an agent; those who waited got this error. */
  readonly 'build-failed': { readonly key: Partial<AgentKey>; readonly error: unknown }
  /** A stored config was there and not used. It is replaced by the build that follows. */
  readonly 'config-refused': { readonly key: Partial<AgentKey>; readonly reason: ConfigRefusal; readonly detail?: string }
  /** A config is served, but cannot be stored: what is at `path` JSON would lose, is a secret, or is too large. */
  readonly 'config-not-stored': { readonly key: Partial<AgentKey> } & ConfigIssue
  /** An agent was made without what its config asks for at `path`: the framework or the model has no such thing. */
  readonly 'config-ignored': { readonly key: Partial<AgentKey> } & ConfigIssue
  /** Loading failed, and a config past its freshness was served instead (`staleIfErrorMs`). */
  readonly 'stale-served': { readonly key: Partial<AgentKey>; readonly error: unknown }
  /** A refresh in the background failed. The old agent serves on within its window. */
  readonly 'refresh-failed': { readonly key: Partial<AgentKey>; readonly error: unknown }
  /** An agent left memory. It is disposed once its last lease has ended. */
  readonly retired: { readonly key: Partial<AgentKey>; readonly cause: RemovalCause; readonly leases: number }
  /** It has been disposed. */
  readonly disposed: { readonly key: Partial<AgentKey>; readonly cause: RemovalCause }
  /** `disposeAgent`, or the agent's own disposal, threw. The agent counts as disposed. */
  readonly 'dispose-failed': { readonly key: Partial<AgentKey>; readonly cause: RemovalCause; readonly error: unknown }
  /**
   * The process is near a limit of its memory, and some agents that nobody held were dropped; 0, said once, if there were
   * none. `heap`: V8's, with garbage not yet collected; `container`: what all processes in it may use together.
   */
  readonly 'memory-pressure': {
    readonly resource: 'heap' | 'container'
    readonly usedBytes: number
    readonly limitBytes: number
    readonly dropped: number
  }
  /** `weighAgent` threw, or did not return a number of bytes. The agent counts as one of average weight. */
  readonly 'weigh-failed': { readonly key: Partial<AgentKey>; readonly error: unknown }
  /** `describeWorker` threw, or did not return JSON of at most 65 536 characters. Others are told nothing of this process. */
  readonly 'describe-failed': { readonly error: unknown }
  /** The store failed or was too slow. The request went on without it. */
  readonly 'store-error': { readonly operation: string; readonly error: unknown }
  /** An invalidation took effect in this process. */
  readonly invalidated: { readonly targets: readonly string[]; readonly clock: number; readonly retired: number }
  /** The store does not say what was invalidated. `serving`: memory serves on all the same (`whenUnsynced`). */
  readonly unsynced: { readonly serving: boolean; readonly error: unknown }
  /** It does so again, and all that was missed has been caught up with. */
  readonly synced: Readonly<Record<string, never>>
  /** A served config has been compared with a newly loaded one (`auditRate`). */
  readonly audited: { readonly key: Partial<AgentKey> } & AuditFinding
  /** An advisor has changed how long configs and agents are kept (`autoTune`). */
  readonly tuned: {
    readonly from: CacheSettings
    readonly to: CacheSettings
    /** Of requests that need no full build: what is wanted, and what is expected of `to`. */
    readonly target: number
    readonly predicted: number
  }
  /** A listener threw. (Thrown by a listener of this event, an error is dropped.) */
  readonly 'listener-failed': { readonly event: string; readonly error: unknown }
}

/** The name of an event. */
export type EventName = keyof AgentCacheEvents
/** Called as the event happens. What it throws, or rejects with, makes the event `listener-failed`. */
export type EventListener<Name extends EventName> = (event: AgentCacheEvents[Name]) => void

/** The names of all events. */
export const eventNames: readonly EventName[] = [
  'served',
  'created',
  'build-failed',
  'config-refused',
  'config-not-stored',
  'config-ignored',
  'stale-served',
  'refresh-failed',
  'retired',
  'disposed',
  'dispose-failed',
  'memory-pressure',
  'weigh-failed',
  'describe-failed',
  'store-error',
  'invalidated',
  'unsynced',
  'synced',
  'audited',
  'tuned',
  'listener-failed',
]

/** Which cache of which process. */
export interface CacheIdentity {
  readonly namespace: string
  readonly worker: string
}

/** What is published under {@link eventChannel}. */
export interface EventMessage<Name extends EventName> extends CacheIdentity {
  readonly event: AgentCacheEvents[Name]
}

/** The diagnostics channel of an event: `rekindle:created`, … */
export function eventChannel(name: EventName): string {
  return `rekindle:${name}`
}

const channels = Object.fromEntries(eventNames.map((name) => [name, channel(eventChannel(name))])) as Record<EventName, Channel>

/** An event and its name. */
interface Happened<Name extends EventName> {
  readonly name: Name
  readonly event: AgentCacheEvents[Name]
}

type Witness<Names extends EventName> = (told: { [Name in Names]: Happened<Name> }[Names]) => void

/** Of one event. More are a leak: one is added now and then, and never taken off. */
const maxListeners = 1_000

/** Listeners by event name. An application's listener can neither break a request nor another listener. */
export class Events {
  /** How often each has happened. */
  readonly counts: Record<EventName, number> = countersOf(eventNames)
  readonly identity: CacheIdentity
  readonly #listeners = new Map<EventName, Set<(event: never) => void>>()
  #witnessed: ReadonlySet<EventName> = new Set()
  #witness: (told: Happened<EventName>) => void = () => {}

  constructor(identity: CacheIdentity) {
    this.identity = identity
  }

  /** Of this package's own, one: it hears before the others, is not counted, and must not throw. */
  witness<Name extends EventName>(names: readonly Name[], witness: Witness<Name>): void {
    this.#witnessed = new Set<EventName>(names)
    this.#witness = witness as (told: Happened<EventName>) => void
  }

  /** Returns the function that takes the listener off again. Throws {@link InvalidOptionsError} when there are 1000. */
  on<Name extends EventName>(name: Name, listener: EventListener<Name>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    if (listeners.size >= maxListeners) {
      const message = `'${name}' has ${maxListeners} listeners already. Take those off that are of no more use: on() returns the function that does.`
      throw new InvalidOptionsError('listener', message)
    }
    this.#listeners.set(name, listeners)
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  /** `describe` is called only if somebody listens. */
  emit<Name extends EventName>(name: Name, describe: () => AgentCacheEvents[Name]): void {
    this.counts[name]++
    const listeners = this.#listeners.get(name) as Set<EventListener<Name>> | undefined
    const witnessed = this.#witnessed.has(name)
    const published = channels[name].hasSubscribers
    if (!witnessed && !published && (listeners === undefined || listeners.size === 0)) return
    const event = describe()
    if (witnessed) this.#witness({ name, event })
    if (published) channels[name].publish({ ...this.identity, event } satisfies EventMessage<Name>)
    if (listeners === undefined) return
    for (const listener of listeners) {
      try {
        const result: unknown = listener(event)
        if (result instanceof Promise) result.catch((error: unknown) => this.#failed(name, error))
      } catch (error) {
        this.#failed(name, error)
      }
    }
  }

  #failed(event: EventName, error: unknown): void {
    if (event !== 'listener-failed') this.emit('listener-failed', () => ({ event, error }))
  }
}
