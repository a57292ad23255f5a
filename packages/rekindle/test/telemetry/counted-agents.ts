import { EventEmitter } from 'node:events'
import {
  type AgentCache,
  type AgentKey,
  type ConfigRefusal,
  type ConfigStore,
  createAgentCache,
  type Lease,
  type MemoryReading,
  type MissReason,
  type RemovalCause,
} from '../../src/index.ts'
import { settle } from '../../src/testing/index.ts'
import { CountingStore } from './counting-store.ts'
import { JumpClock } from './jump-clock.ts'
import { Tally } from './tally.ts'

interface Config {
  readonly name: string
  readonly version: number
}

export const settings = { ttlMinutes: 60, idleMinutes: 40, standInMinutes: 10, maxAgents: 3 }
const minute = 60_000

/** A worker of whose every request is said beforehand what is to come of it. That is counted; the cache is never asked for its numbers. */
export class CountedAgents {
  readonly tally: Tally = new Tally()
  readonly cache: AgentCache<Config, { readonly name: string }>
  readonly clock: JumpClock = new JumpClock()
  readonly store: CountingStore
  /** Tells of some events, by name. */
  readonly heard: EventEmitter = new EventEmitter()
  /** How many invalidations it has heard of. */
  heardOf = 0
  /** How many it has made. */
  invalidated = 0
  version = 1
  /** In memory, the one not used for longest first. */
  live: string[] = []
  /** What `loadConfig` gives, if it is not the usual. */
  loading: (name: string) => unknown = () => undefined
  /** `createAgent` refuses the next config of this agent. */
  rejects: string | undefined
  memory: MemoryReading = { heap: { usedBytes: 0, limitBytes: 1_000 }, collections: 0 }
  /** Of the names of its agents. */
  readonly prefix: string

  constructor(namespace: string, prefix: string, store: ConfigStore) {
    this.prefix = prefix
    this.store = new CountingStore(store, this.tally)
    this.cache = createAgentCache<Config, { readonly name: string }>({
      namespace,
      clock: this.clock,
      store: this.store,
      ttlJitter: 0,
      storeTimeoutMs: 5_000,
      maxStalenessMs: 5_000,
      configTtlMs: settings.ttlMinutes * minute,
      staleIfErrorMs: settings.standInMinutes * minute,
      live: { maxAgents: settings.maxAgents, idleMs: settings.idleMinutes * minute },
      readMemory: () => this.memory,
      configSchema: {
        '~standard': {
          version: 1,
          vendor: 'test',
          validate: (value) => ('wrong' in (value as object) ? { issues: [{ message: 'wrong' }] } : { value: value as Config }),
        },
      },
      loadConfig: async ({ agentId }) => {
        const loaded = await this.loading(agentId)
        this.tally.add('rekindle.load.duration')
        return (loaded ?? { name: agentId, version: this.version }) as Config
      },
      createAgent: (config, { agentId }) => {
        if (this.rejects === agentId) {
          this.rejects = undefined
          throw new Error('no longer')
        }
        this.tally.add('rekindle.create.duration')
        return { name: config.name }
      },
      disposeAgent: ({ name }) => {
        const fails = name.endsWith('bad')
        this.tally.add('rekindle.events', fails ? 'dispose-failed' : 'disposed')
        if (fails) throw new Error('it does not close')
      },
    })
    this.cache.on('invalidated', () => this.heard.emit('invalidated', ++this.heardOf))
    for (const name of ['unsynced', 'synced', 'memory-pressure', 'retired'] as const) {
      this.cache.on(name, (event) => this.heard.emit(name, event))
    }
  }

  async invalidate(name: string): Promise<void> {
    this.removed('invalidated', 1)
    this.live = this.live.filter((each) => each !== name)
    this.invalidated++
    await this.cache.invalidate({ agentId: this.key(name).agentId })
  }

  async hit(name: string): Promise<void> {
    const nth = this.tally.of('rekindle.requests', 'memory')
    this.served('memory')
    if (nth % 128 === 0) this.timed('memory')
    this.expect(await this.cache.acquire(this.key(name)), 'memory').release()
  }

  /** After so long the store has to be asked first, whether the agent is still good: that is always timed. */
  async slowHit(name: string): Promise<void> {
    this.served('memory')
    this.timed('memory')
    this.expect(await this.cache.acquire(this.key(name)), 'memory').release()
  }

  async ask(name: string, source: 'config' | 'build', reason: MissReason, read: ConfigRefusal | 'used'): Promise<void> {
    const lease = await this.lease(name, source, reason, read)
    lease.release()
  }

  async lease(
    name: string,
    source: 'config' | 'build',
    reason: MissReason,
    read: ConfigRefusal | 'used',
  ): Promise<Lease<unknown, Config>> {
    this.store.expected = read
    const lease = this.expect(await this.cache.acquire(this.key(name)), source, reason)
    await settle()
    this.served(source, reason)
    this.timed(source)
    this.made(source)
    this.live.push(name)
    if (this.live.length > settings.maxAgents) {
      this.live.shift()
      this.removed('evicted', 1)
    }
    return lease
  }

  /** For an agent whose time is over, in memory. */
  async askAgain(name: string, source: 'config' | 'build', made: 'build' | 'unchanged'): Promise<void> {
    this.store.expected = 'expired'
    this.expect(await this.cache.acquire(this.key(name)), source, 'expired').release()
    await settle()
    this.served(source, 'expired')
    this.timed(source)
    this.made(made)
  }

  served(source: 'memory' | 'config' | 'build', reason?: MissReason): void {
    this.tally.add('rekindle.requests', source)
    if (reason !== undefined) this.tally.add('rekindle.misses', reason)
  }

  timed(source: 'memory' | 'config' | 'build'): void {
    this.tally.add('rekindle.request.duration', source)
    this.tally.add('rekindle.events', 'served')
  }

  made(how: 'config' | 'build' | 'unchanged'): void {
    this.tally.add('rekindle.creations', how)
    if (how !== 'unchanged') this.tally.add('rekindle.events', 'created')
  }

  removed(cause: RemovalCause, count: number): void {
    this.tally.add('rekindle.removals', cause, count)
    this.tally.add('rekindle.events', 'retired', count)
  }

  expect<Held extends { readonly source: string; readonly reason: string | undefined }>(
    lease: Held,
    source: string,
    reason?: string,
  ): Held {
    if (lease.source !== source || lease.reason !== reason) {
      this.surprise(`${source} ${reason}, not ${lease.source} ${lease.reason}`)
    }
    return lease
  }

  surprise(what: string): never {
    throw new Error(`expected: ${what}`)
  }

  /** A name that begins with a slash is the same for all workers. */
  key(name: string): AgentKey {
    const agentId = name.startsWith('/') ? name : `${this.prefix}${name}`
    return { agentId, userId: 'user-7781', sessionId: 'session-4402', reasoning: false }
  }
}
