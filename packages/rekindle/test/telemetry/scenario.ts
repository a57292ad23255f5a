import { EventEmitter, once } from 'node:events'
import {
  type AgentCache,
  type AgentKey,
  type ConfigRefusal,
  type ConfigStore,
  createAgentCache,
  type Lease,
  type MissReason,
  type RemovalCause,
} from '../../src/index.ts'
import { encodeKey } from '../../src/agent-key.ts'
import { fingerprintOf } from '../../src/config/fingerprint.ts'
import { CountingStore } from './counting-store.ts'
import { JumpClock } from './jump-clock.ts'
import { Tally } from './tally.ts'

interface Config {
  readonly name: string
  readonly version: number
}

export const settings = { ttlMinutes: 60, idleMinutes: 40, standInMinutes: 10, maxAgents: 3 }
const minute = 60_000

/**
 * One worker, to which all happens that can, in an order in which it is known beforehand what comes of each step. It counts that
 * for itself, and never asks the cache what it has counted.
 */
export class Scenario {
  readonly tally: Tally = new Tally()
  readonly cache: AgentCache<Config, { readonly name: string }>
  readonly #prefix: string
  readonly #clock = new JumpClock()
  readonly #store: CountingStore
  readonly #heard = new EventEmitter()
  #heardOf = 0
  #invalidated = 0
  #version = 1
  /** In memory, the one not used for longest first. */
  #live: string[] = []
  #loading: (name: string) => unknown = () => undefined
  #rejects: string | undefined
  #memory = { heap: { usedBytes: 0, limitBytes: 1_000 }, collections: 0 }
  #held: Lease<unknown, Config> | undefined
  #waiting: { readonly open: () => void; readonly served: Promise<void> } | undefined

  constructor(namespace: string, prefix: string, store: ConfigStore) {
    this.#prefix = prefix
    this.#store = new CountingStore(store, this.tally)
    this.cache = createAgentCache<Config, { readonly name: string }>({
      namespace,
      clock: this.#clock,
      store: this.#store,
      ttlJitter: 0,
      storeTimeoutMs: 5_000,
      maxStalenessMs: 5_000,
      configTtlMs: settings.ttlMinutes * minute,
      staleIfErrorMs: settings.standInMinutes * minute,
      live: { maxAgents: settings.maxAgents, idleMs: settings.idleMinutes * minute },
      readMemory: () => this.#memory,
      configSchema: {
        '~standard': {
          version: 1,
          vendor: 'test',
          validate: (value) => ('wrong' in (value as object) ? { issues: [{ message: 'wrong' }] } : { value: value as Config }),
        },
      },
      loadConfig: async ({ agentId }) => {
        const loaded = await this.#loading(agentId)
        this.tally.add('rekindle.load.duration')
        return (loaded ?? { name: agentId, version: this.#version }) as Config
      },
      createAgent: (config, { agentId }) => {
        if (this.#rejects === agentId) {
          this.#rejects = undefined
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
    this.cache.on('invalidated', () => this.#heard.emit('invalidated', ++this.#heardOf))
    for (const name of ['unsynced', 'synced', 'memory-pressure', 'retired'] as const) {
      this.cache.on(name, (event) => this.#heard.emit(name, event))
    }
  }

  /** Everything of its own; `shared` before that, and {@link wait} after. */
  async run(): Promise<void> {
    await this.#ask('a', 'build', 'cold', 'absent')
    for (let hit = 0; hit < 300; hit++) await this.#hit('a')
    await this.#invalidate('a')
    await this.#ask('a', 'build', 'invalidated', 'invalidated')
    for (const name of ['b', 'c', 'd']) await this.#ask(name, 'build', 'cold', 'absent')
    await this.#ask('a', 'config', 'evicted', 'used')
    await this.#refusals()
    await this.#failures()
    await this.#pressure()
    await this.#times()
    await this.#ask('bad', 'build', 'cold', 'absent')
    await this.#invalidate('bad')
    await this.#storeAway()
  }

  /** An agent that all workers ask for. */
  shared(first: boolean): Promise<void> {
    return first ? this.#ask('/shared', 'build', 'cold', 'absent') : this.#ask('/shared', 'config', 'cold', 'used')
  }

  /** Leaves one agent in use, and one request waiting. */
  async wait(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    this.#held = await this.#lease('held', 'build', 'cold', 'absent')
    this.#loading = () => (begun.resolve(), promise)
    const served = this.#ask('late', 'build', 'cold', 'absent')
    this.#waiting = { open: resolve, served }
    await begun.promise
  }

  async close(): Promise<void> {
    this.#waiting?.open()
    await this.#waiting?.served
    this.#held?.release()
    this.#removed('closed', this.#live.length)
    this.#live = []
    await this.cache.close()
  }

  get live(): number {
    return this.#live.length
  }

  /** How many it has made. */
  get invalidated(): number {
    return this.#invalidated
  }

  /** When this worker has heard of so many in all, its own among them. */
  async heard(invalidations: number): Promise<void> {
    while (this.#heardOf < invalidations) await once(this.#heard, 'invalidated')
    this.tally.counts['rekindle.events invalidated'] = invalidations
  }

  /** What was in the store is not to be used, each time for another reason. */
  async #refusals(): Promise<void> {
    const wrong = JSON.stringify({ wrong: true })
    const pointer = (changes: object) => JSON.stringify({ ...(JSON.parse(this.#store.written) as object), ...changes })
    const own = (name: string) => ({ k: encodeKey(this.#key(name)) })
    this.#store.blob = wrong
    const found: Partial<Record<ConfigRefusal, (name: string) => string>> = {
      corrupt: () => 'garbage',
      sealed: () => 'sealed1.another-key.AAAA',
      foreign: () => pointer({}),
      'version-mismatch': (name) => pointer({ ...own(name), a: 'another' }),
      'schema-mismatch': (name) => pointer({ ...own(name), f: fingerprintOf(wrong) }),
    }
    for (const [refusal, text] of Object.entries(found)) {
      this.#store.tamper = () => text(refusal)
      await this.#ask(refusal, 'build', refusal as MissReason, refusal as ConfigRefusal)
      this.tally.add('rekindle.events', 'config-refused')
    }
    this.#store.tamper = undefined
    this.#store.blob = undefined

    this.#rejects = this.#key('a').agentId
    this.tally.add('rekindle.events', 'config-refused')
    await this.#ask('a', 'build', 'rejected', 'used')
    this.#store.failing = 'next read'
    this.tally.add('rekindle.events', 'store-error')
    await this.#ask('u', 'build', 'store-unavailable', 'store-unavailable')
  }

  async #failures(): Promise<void> {
    this.#loading = () => Promise.reject(new Error('no database'))
    this.#store.expected = 'absent'
    this.tally.add('rekindle.requests.failed')
    this.tally.add('rekindle.events', 'build-failed')
    await this.cache.acquire(this.#key('none')).then(
      () => this.#surprise('none'),
      () => {},
    )
    this.#loading = () => ({ name: 'f', version: 1, call() {} })
    this.tally.add('rekindle.events', 'config-not-stored')
    await this.#ask('f', 'build', 'cold', 'absent')
    this.#loading = () => undefined
    for (const name of ['x', 'y', 'z']) await this.#ask(name, 'build', 'cold', 'absent')
  }

  async #pressure(): Promise<void> {
    const retired = once(this.#heard, 'retired')
    const pressed = once(this.#heard, 'memory-pressure')
    this.#memory = { heap: { usedBytes: 900, limitBytes: 1_000 }, collections: 0 }
    const [{ key }] = (await retired) as [{ key: AgentKey }]
    await pressed
    this.#memory = { heap: { usedBytes: 0, limitBytes: 1_000 }, collections: 1 }
    this.tally.add('rekindle.events', 'memory-pressure')
    this.#removed('pressure', 1)
    const gone = key.agentId.slice(this.#prefix.length)
    this.#live = this.#live.filter((name) => name !== gone)
    await this.#ask(gone, 'config', 'pressure', 'used')
  }

  async #times(): Promise<void> {
    this.#clock.jump(settings.idleMinutes + 1)
    this.#clock.catchUp()
    this.#removed('idle', this.#live.length)
    this.#live = []
    await this.#ask('x', 'config', 'idle', 'used')

    await this.#ask('e', 'build', 'cold', 'absent')
    this.#clock.jump(35)
    await this.#slowHit('e')
    this.#clock.jump(36)
    this.#clock.catchUp()
    this.#removed('expired', 1)
    this.#removed('idle', 1)
    this.#live = []
    await this.#ask('e', 'build', 'expired', 'expired')

    const expire = async () => {
      this.#clock.jump(35)
      await this.#slowHit('e')
      this.#clock.jump(30)
    }
    await expire()
    await this.#askAgain('e', 'build', 'unchanged')
    await expire()
    this.#version++
    this.#removed('replaced', 1)
    await this.#askAgain('e', 'build', 'build')
    await expire()
    this.#loading = () => Promise.reject(new Error('no database'))
    this.tally.add('rekindle.events', 'stale-served')
    await this.#askAgain('e', 'config', 'unchanged')
    this.#loading = () => undefined
  }

  async #storeAway(): Promise<void> {
    const unsynced = once(this.#heard, 'unsynced')
    this.#store.failing = 'all'
    this.tally.add('rekindle.config.reads', 'store-unavailable')
    this.tally.add('rekindle.events', 'store-error')
    this.tally.add('rekindle.events', 'unsynced')
    // Nothing is to be written meanwhile.
    this.#loading = () => unsynced.then(() => ({ name: 'v', version: 1, call() {} }))
    this.tally.add('rekindle.events', 'config-not-stored')
    await this.#ask('v', 'build', 'store-unavailable', 'store-unavailable')
    const synced = once(this.#heard, 'synced')
    this.#store.failing = 'no'
    await synced
    this.tally.add('rekindle.events', 'synced')
    this.#loading = () => undefined
  }

  async #invalidate(name: string): Promise<void> {
    this.#removed('invalidated', 1)
    this.#live = this.#live.filter((each) => each !== name)
    this.#invalidated++
    await this.cache.invalidate({ agentId: this.#key(name).agentId })
  }

  async #hit(name: string): Promise<void> {
    const nth = this.tally.of('rekindle.requests', 'memory')
    this.#served('memory')
    if (nth % 128 === 0) this.#timed('memory')
    this.#expect(await this.cache.acquire(this.#key(name)), 'memory').release()
  }

  /** After so long the store has to be asked first, whether the agent is still good: that is always timed. */
  async #slowHit(name: string): Promise<void> {
    this.#served('memory')
    this.#timed('memory')
    this.#expect(await this.cache.acquire(this.#key(name)), 'memory').release()
  }

  async #ask(name: string, source: 'config' | 'build', reason: MissReason, read: ConfigRefusal | 'used'): Promise<void> {
    const lease = await this.#lease(name, source, reason, read)
    lease.release()
  }

  async #lease(name: string, source: 'config' | 'build', reason: MissReason, read: ConfigRefusal | 'used') {
    this.#store.expected = read
    const lease = this.#expect(await this.cache.acquire(this.#key(name)), source, reason)
    this.#served(source, reason)
    this.#timed(source)
    this.#made(source)
    this.#live.push(name)
    if (this.#live.length > settings.maxAgents) {
      this.#live.shift()
      this.#removed('evicted', 1)
    }
    return lease
  }

  /** For an agent whose time is over, in memory. */
  async #askAgain(name: string, source: 'config' | 'build', made: 'build' | 'unchanged'): Promise<void> {
    this.#store.expected = 'expired'
    this.#expect(await this.cache.acquire(this.#key(name)), source, 'expired').release()
    this.#served(source, 'expired')
    this.#timed(source)
    this.#made(made)
  }

  #served(source: 'memory' | 'config' | 'build', reason?: MissReason): void {
    this.tally.add('rekindle.requests', source)
    if (reason !== undefined) this.tally.add('rekindle.misses', reason)
  }

  #timed(source: 'memory' | 'config' | 'build'): void {
    this.tally.add('rekindle.request.duration', source)
    this.tally.add('rekindle.events', 'served')
  }

  #made(how: 'config' | 'build' | 'unchanged'): void {
    this.tally.add('rekindle.creations', how)
    if (how !== 'unchanged') this.tally.add('rekindle.events', 'created')
  }

  #removed(cause: RemovalCause, count: number): void {
    this.tally.add('rekindle.removals', cause, count)
    this.tally.add('rekindle.events', 'retired', count)
  }

  #expect<Held extends { readonly source: string; readonly reason: string | undefined }>(
    lease: Held,
    source: string,
    reason?: string,
  ): Held {
    if (lease.source !== source || lease.reason !== reason) {
      this.#surprise(`${source} ${reason}, not ${lease.source} ${lease.reason}`)
    }
    return lease
  }

  #surprise(what: string): never {
    throw new Error(`expected: ${what}`)
  }

  /** A name that begins with a slash is the same for all workers. */
  #key(name: string): AgentKey {
    const agentId = name.startsWith('/') ? name : `${this.#prefix}${name}`
    return { agentId, userId: 'user-7781', sessionId: 'session-4402', reasoning: false }
  }
}
