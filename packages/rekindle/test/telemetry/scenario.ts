import { once } from 'node:events'
import type { AgentKey, ConfigRefusal, ConfigStore, Lease, MissReason } from '../../src/index.ts'
import { encodeKey } from '../../src/agent-key.ts'
import { fingerprintOf } from '../../src/config/fingerprint.ts'
import { CountedAgents, settings } from './counted-agents.ts'

/** Everything that can happen to a worker, in an order in which it is known beforehand what comes of each step. */
export class Scenario {
  readonly agents: CountedAgents
  #held: Lease<unknown, unknown> | undefined
  #waiting: { readonly open: () => void; readonly served: Promise<void> } | undefined

  constructor(namespace: string, prefix: string, store: ConfigStore) {
    this.agents = new CountedAgents(namespace, prefix, store)
  }

  /** Everything of its own; `shared` before that, and {@link wait} after. */
  async run(): Promise<void> {
    await this.agents.ask('a', 'build', 'cold', 'absent')
    for (let hit = 0; hit < 300; hit++) await this.agents.hit('a')
    await this.agents.invalidate('a')
    await this.agents.ask('a', 'build', 'invalidated', 'invalidated')
    for (const name of ['b', 'c', 'd']) await this.agents.ask(name, 'build', 'cold', 'absent')
    await this.agents.ask('a', 'config', 'evicted', 'used')
    await this.#refusals()
    await this.#failures()
    await this.#pressure()
    await this.#times()
    await this.agents.ask('bad', 'build', 'cold', 'absent')
    await this.agents.invalidate('bad')
    await this.#storeAway()
  }

  /** An agent that all workers ask for. */
  shared(first: boolean): Promise<void> {
    return first ? this.agents.ask('/shared', 'build', 'cold', 'absent') : this.agents.ask('/shared', 'config', 'cold', 'used')
  }

  /** Leaves one agent in use, and one request waiting. */
  async wait(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    this.#held = await this.agents.lease('held', 'build', 'cold', 'absent')
    this.agents.loading = () => (begun.resolve(), promise)
    const served = this.agents.ask('late', 'build', 'cold', 'absent')
    this.#waiting = { open: resolve, served }
    await begun.promise
  }

  async close(): Promise<void> {
    this.#waiting?.open()
    await this.#waiting?.served
    this.#held?.release()
    this.agents.removed('closed', this.agents.live.length)
    this.agents.live = []
    await this.agents.cache.close()
  }

  /** When this worker has heard of so many in all, its own among them. */
  async heard(invalidations: number): Promise<void> {
    while (this.agents.heardOf < invalidations) await once(this.agents.heard, 'invalidated')
    this.agents.tally.counts['rekindle.events invalidated'] = invalidations
  }

  /** What was in the store is not to be used, each time for another reason. */
  async #refusals(): Promise<void> {
    const wrong = JSON.stringify({ wrong: true })
    const pointer = (changes: object) => JSON.stringify({ ...(JSON.parse(this.agents.store.written) as object), ...changes })
    const own = (name: string) => ({ k: encodeKey(this.agents.key(name)) })
    this.agents.store.blob = wrong
    const found: Partial<Record<ConfigRefusal, (name: string) => string>> = {
      corrupt: () => 'garbage',
      sealed: () => 'sealed1.another-key.AAAA',
      foreign: () => pointer({}),
      'version-mismatch': (name) => pointer({ ...own(name), a: 'another' }),
      'schema-mismatch': (name) => pointer({ ...own(name), f: fingerprintOf(wrong) }),
    }
    for (const [refusal, text] of Object.entries(found)) {
      this.agents.store.tamper = () => text(refusal)
      await this.agents.ask(refusal, 'build', refusal as MissReason, refusal as ConfigRefusal)
      this.agents.tally.add('rekindle.events', 'config-refused')
    }
    this.agents.store.tamper = undefined
    this.agents.store.blob = undefined

    this.agents.rejects = this.agents.key('a').agentId
    this.agents.tally.add('rekindle.events', 'config-refused')
    await this.agents.ask('a', 'build', 'rejected', 'used')
    this.agents.store.failing = 'next read'
    this.agents.tally.add('rekindle.events', 'store-error')
    await this.agents.ask('u', 'build', 'store-unavailable', 'store-unavailable')
  }

  async #failures(): Promise<void> {
    this.agents.loading = () => Promise.reject(new Error('no database'))
    this.agents.store.expected = 'absent'
    this.agents.tally.add('rekindle.requests.failed')
    this.agents.tally.add('rekindle.events', 'build-failed')
    await this.agents.cache.acquire(this.agents.key('none')).then(
      () => this.agents.surprise('none'),
      () => {},
    )
    this.agents.loading = () => ({ name: 'f', version: 1, call() {} })
    this.agents.tally.add('rekindle.events', 'config-not-stored')
    await this.agents.ask('f', 'build', 'cold', 'absent')
    this.agents.loading = () => undefined
    for (const name of ['x', 'y', 'z']) await this.agents.ask(name, 'build', 'cold', 'absent')
  }

  async #pressure(): Promise<void> {
    const retired = once(this.agents.heard, 'retired')
    const pressed = once(this.agents.heard, 'memory-pressure')
    this.agents.memory = { heap: { usedBytes: 900, limitBytes: 1_000 }, collections: 0 }
    const [{ key }] = (await retired) as [{ key: AgentKey }]
    await pressed
    this.agents.memory = { heap: { usedBytes: 0, limitBytes: 1_000 }, collections: 1 }
    this.agents.tally.add('rekindle.events', 'memory-pressure')
    this.agents.removed('pressure', 1)
    const gone = key.agentId.slice(this.agents.prefix.length)
    this.agents.live = this.agents.live.filter((name) => name !== gone)
    await this.agents.ask(gone, 'config', 'pressure', 'used')
  }

  async #times(): Promise<void> {
    this.agents.clock.jump(settings.idleMinutes + 1)
    this.agents.clock.catchUp()
    this.agents.removed('idle', this.agents.live.length)
    this.agents.live = []
    await this.agents.ask('x', 'config', 'idle', 'used')

    await this.agents.ask('e', 'build', 'cold', 'absent')
    this.agents.clock.jump(35)
    await this.agents.slowHit('e')
    this.agents.clock.jump(36)
    this.agents.clock.catchUp()
    this.agents.removed('expired', 1)
    this.agents.removed('idle', 1)
    this.agents.live = []
    await this.agents.ask('e', 'build', 'expired', 'expired')

    const expire = async () => {
      this.agents.clock.jump(35)
      await this.agents.slowHit('e')
      this.agents.clock.jump(30)
    }
    await expire()
    await this.agents.askAgain('e', 'build', 'unchanged')
    await expire()
    this.agents.version++
    this.agents.removed('replaced', 1)
    await this.agents.askAgain('e', 'build', 'build')
    await expire()
    this.agents.loading = () => Promise.reject(new Error('no database'))
    this.agents.tally.add('rekindle.events', 'stale-served')
    await this.agents.askAgain('e', 'config', 'unchanged')
    this.agents.loading = () => undefined
  }

  async #storeAway(): Promise<void> {
    const unsynced = once(this.agents.heard, 'unsynced')
    this.agents.store.failing = 'all'
    this.agents.tally.add('rekindle.config.reads', 'store-unavailable')
    this.agents.tally.add('rekindle.events', 'store-error')
    this.agents.tally.add('rekindle.events', 'unsynced')
    // Nothing is to be written meanwhile.
    this.agents.loading = () => unsynced.then(() => ({ name: 'v', version: 1, call() {} }))
    this.agents.tally.add('rekindle.events', 'config-not-stored')
    await this.agents.ask('v', 'build', 'store-unavailable', 'store-unavailable')
    const synced = once(this.agents.heard, 'synced')
    this.agents.store.failing = 'no'
    await synced
    this.agents.tally.add('rekindle.events', 'synced')
    this.agents.loading = () => undefined
  }
}
