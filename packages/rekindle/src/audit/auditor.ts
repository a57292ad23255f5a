import { type AgentKey, encodeKey } from '../agent-key.ts'
import type { Clock, Timer } from '../clock.ts'
import type { ConfigRecord } from '../config/config-record.ts'
import { CacheClosedError } from '../errors.ts'
import type { Events } from '../events.ts'
import type { AuditFinding, AuditOutcome, AuditSummary } from './audit-summary.ts'
import { AuditWindows } from './audit-windows.ts'
import { compare, type ServedConfig } from './second-look.ts'

const maxWaiting = 100

/**
 * After a difference has been seen, how long whoever made it may take to invalidate it. `maxStalenessMs` comes on top of it: how
 * promptly word of invalidations is wanted here says something of how long it is to be waited for.
 */
const graceMs = 1_000
const longestStalenessMs = 60_000

export interface AuditorParts {
  /** The share of what is served that is to be looked at, from 0 to 1. */
  readonly rate: number
  readonly clock: Clock
  readonly random: () => number
  readonly events: Events
  readonly maxStalenessMs: number
  /**
   * The fingerprint of what the source of truth says now; `undefined`: it is no JSON. Takes its turn and its time as a build
   * does, and neither stores nor serves anything. Rejects with what `loadConfig` threw, and when `signal` is aborted.
   */
  readonly load: (key: AgentKey, signal: AbortSignal) => Promise<string | undefined>
  /**
   * Whether nothing that was invalidated by now names it: asks the store for what this process has not heard of, if there is one.
   * `undefined`: the store does not say.
   */
  readonly isValid: (served: ServedConfig) => Promise<boolean | undefined>
}

interface Sample {
  readonly key: AgentKey
  readonly served: ServedConfig
}

/**
 * Compares a sample of what is served with what the source of truth says, in the background and one at a time. The idea is that of
 * Polaris (L. Pan, "Cache made consistent", Engineering at Meta, 2022): the consistency of a cache is to be measured from
 * outside, as its reader sees it.
 */
export class Auditor {
  readonly #parts: AuditorParts
  /** The next first, by the config's key. */
  readonly #waiting = new Map<string, Sample>()
  readonly #counts: Record<AuditOutcome | 'skipped', number> = {
    consistent: 0,
    inconsistent: 0,
    unstable: 0,
    failed: 0,
    skipped: 0,
  }
  readonly #windows: AuditWindows
  readonly #closing = new AbortController()
  #busy = false
  #timer: Timer | undefined

  constructor(parts: AuditorParts) {
    this.#parts = parts
    this.#windows = new AuditWindows(parts.clock.now())
  }

  /**
   * An agent made from `record` has been served, and stands for `weight` such requests. Whether it is looked at is left to chance; nothing
   * of that is done before the caller has gone on.
   */
  served(record: ConfigRecord<unknown>, key: AgentKey, weight: number): void {
    const { rate, random, clock } = this.#parts
    const { fingerprint, asOf, tags, freshUntil } = record
    if (fingerprint === undefined || random() >= rate * weight) return
    // Served all the same, within the windows that allow it: that it may be old is known.
    if (this.#closing.signal.aborted || clock.now() >= freshUntil) return
    const id = encodeKey(record.key)
    if (this.#waiting.size >= maxWaiting || this.#waiting.has(id)) {
      this.#counts.skipped++
      return
    }
    const { agentId, userId, sessionId, reasoning } = key
    const served = { fingerprint, key: record.key, asOf, tags, freshUntil }
    this.#waiting.set(id, { key: { agentId, userId, sessionId, reasoning }, served })
    this.#beginNext()
  }

  summary(): AuditSummary {
    return { ...this.#counts, windows: this.#windows.summary(this.#parts.clock.now()) }
  }

  /** Aborts what is being loaded. Nothing is said of it, or of what was waiting. */
  close(): void {
    this.#closing.abort(new CacheClosedError())
    this.#timer?.cancel()
    this.#waiting.clear()
  }

  #beginNext(): void {
    if (this.#busy || this.#waiting.size === 0) return
    this.#busy = true
    // Not in the turn of a request: the application's function may well begin with work of its own.
    this.#after(0, () => {
      for (const [id, sample] of this.#waiting) {
        this.#waiting.delete(id)
        return void this.#audit(sample)
      }
    })
  }

  async #audit({ key, served }: Sample): Promise<void> {
    const { load, isValid, clock, maxStalenessMs, events } = this.#parts
    const { signal } = this.#closing
    const finding: AuditFinding = await compare(served, {
      load: () => load(key, signal),
      isValid: () => isValid(served),
      isExpired: () => clock.now() >= served.freshUntil,
      pause: () => new Promise((resolve) => this.#after(graceMs + Math.min(maxStalenessMs, longestStalenessMs), resolve)),
    }).catch((error: unknown) => ({ outcome: 'failed', served: served.fingerprint, loaded: undefined, error }))
    if (signal.aborted) return
    this.#counts[finding.outcome]++
    if (finding.outcome !== 'failed') this.#windows.record(finding.outcome === 'consistent', clock.now())
    events.emit('audited', () => ({ key: served.key, ...finding }))
    this.#busy = false
    this.#beginNext()
  }

  /** Not at all once it is closed: what waits for that is forgotten. */
  #after(ms: number, call: () => void): void {
    if (this.#closing.signal.aborted) return
    this.#timer = this.#parts.clock.after(ms, call)
    this.#timer.unref()
  }
}
