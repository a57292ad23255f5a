import { claim, invalidate, release, sync, workers } from '../../../packages/rekindle/src/redis/scripts.generated.ts'
import { InvalidationHub } from './invalidation-hub.ts'
import type { RedisCosts } from './redis-costs.ts'

/** What a simulated fleet is asked to store is short; it counts as if each config had so many characters. */
const configLength = 4_160

/** As which a command is counted. */
export type CommandKind =
  | 'connect'
  | 'ping'
  | 'subscribe'
  | 'read'
  | 'read config'
  | 'write'
  | 'remove'
  | 'look'
  | 'sync'
  | 'invalidate'
  | 'claim'
  | 'claim, to wait'
  | 'release'
  | 'workers'
  | 'message'

/** What a command comes to. */
export interface Executed {
  readonly kind: CommandKind
  readonly reply: unknown
  readonly us: number
  /** Of the reply. */
  readonly bytes: number
  readonly published?: { readonly channel: string; readonly message: string }
}

interface Claimed {
  readonly claimant: string
  readonly asOf: string
  readonly until: number
  readonly waiting: Set<string>
}

/** What a Redis server holds, and the commands that the library's store sends it. Scripts are carried out as their Lua says. */
export class Keyspace {
  /** The replication id. */
  server = 'server-1'
  readonly #costs: RedisCosts
  readonly #texts = new Map<string, { readonly text: string; readonly until: number }>()
  readonly #claims = new Map<string, Claimed>()
  readonly #hubs = new Map<string, InvalidationHub>()

  constructor(costs: RedisCosts) {
    this.#costs = costs
  }

  /** Another server goes on with the same data, or without. */
  failOver(keepsData: boolean): void {
    this.server = `server-${Number(this.server.slice('server-'.length)) + 1}`
    if (keepsData) return
    this.#texts.clear()
    this.#claims.clear()
    this.#hubs.clear()
  }

  /** How old an entry can be without being invalid for its age alone, ms; `Infinity` if nothing has been forgotten. */
  validFor(now: number): number {
    return Math.min(...[...this.#hubs.values()].map(({ floor }) => (floor === 0 ? Infinity : now - floor / 1_000)))
  }

  /** `now`: ms. */
  execute([command, ...args]: readonly string[], now: number): Executed {
    const costs = this.#costs
    switch (command) {
      case 'CONNECT':
        return { kind: 'connect', reply: 'OK', us: costs.connect, bytes: 300 }
      case 'PING':
        return { kind: 'ping', reply: args[0], us: costs.ping, bytes: 40 }
      case 'SUBSCRIBE':
        return { kind: 'subscribe', reply: 'OK', us: costs.set, bytes: 100 }
      case 'MGET':
        return this.#read(args, now)
      case 'SET': {
        const [key = '', text = '', , ttlMs] = args
        this.#texts.set(key, { text, until: now + Number(ttlMs) })
        return { kind: 'write', reply: 'OK', us: costs.set + costs.perKb * kbOf(lengthOf(key, text)), bytes: 5 }
      }
      case 'DEL':
        return { kind: 'remove', reply: Number(this.#texts.delete(args[0] ?? '')), us: costs.set, bytes: 4 }
      case 'PUBLISH':
      case 'SPUBLISH': {
        const [channel = '', message = ''] = args
        return { kind: 'message', reply: 1, us: costs.publish, bytes: 4, published: { channel, message } }
      }
      case 'EVALSHA':
        return this.#run(args[0] ?? '', args[2] ?? '', args.slice(2 + Number(args[1])), now)
      default:
        throw new Error(`The store has sent ${command}, of which the model knows nothing.`)
    }
  }

  #read(keys: readonly string[], now: number): Executed {
    const { mget, perKb } = this.#costs
    const reply = keys.map((key) => {
      if (key.endsWith(':clock')) return this.#hubs.get(key)?.record ?? null
      const found = this.#texts.get(key)
      return found !== undefined && found.until > now ? found.text : null
    })
    const bytes = keys.reduce((total, key, at) => total + lengthOf(key, reply[at] ?? ''), 0)
    return { kind: isConfig(keys[0] ?? '') ? 'read config' : 'read', reply, us: mget + perKb * kbOf(bytes), bytes }
  }

  #run(sha1: string, key: string, args: readonly string[], now: number): Executed {
    const [first = '', second = '', third = '', fourth = '', fifth = ''] = args
    const costs = this.#costs
    const nowUs = Math.round(now * 1_000)
    switch (sha1) {
      case claim.sha1:
        return this.#claim(key, { claimant: first, worker: second, ttlMs: Number(third), asOf: fourth, instead: fifth }, now)
      case release.sha1: {
        const held = this.#claims.get(key)
        if (held?.claimant !== first) return { kind: 'release', reply: [], us: costs.release, bytes: 4 }
        this.#claims.delete(key)
        return { kind: 'release', reply: [...held.waiting], us: costs.release, bytes: 4 + 60 * held.waiting.size }
      }
      case sync.sha1: {
        const reply = this.#hub(key, first, second, third, nowUs).sync(second, third, fourth, Number(fifth), nowUs)
        const targets = reply[3].length / 2
        const us = (fourth === '' ? costs.look : costs.sync) + targets * costs.perTarget
        return { kind: fourth === '' ? 'look' : 'sync', reply, us, bytes: 100 + 60 * targets }
      }
      case workers.sha1: {
        const reply = this.#hub(key, first, second, third, nowUs).workers(nowUs)
        const us = costs.workers + (reply.length / 2) * costs.perWorker
        return { kind: 'workers', reply, us, bytes: 60 * reply.length }
      }
      case invalidate.sha1: {
        const targets = args.slice(7)
        const hub = this.#hub(key, first, second, third, nowUs)
        const { reply, message } = hub.invalidate(targets, nowUs, Number(fifth), Number(args[5]))
        const us = costs.invalidate + costs.publish + targets.length * costs.perTarget
        return { kind: 'invalidate', reply, us, bytes: 100, published: { channel: key, message } }
      }
      default:
        throw new Error(`The store has sent a script of which the model knows nothing: ${sha1}.`)
    }
  }

  #claim(
    key: string,
    { claimant, worker, ttlMs, asOf, instead }: Record<'claimant' | 'worker' | 'asOf' | 'instead', string> & { ttlMs: number },
    now: number,
  ): Executed {
    const { claim: us } = this.#costs
    const found = this.#claims.get(key)
    const held = found !== undefined && found.until > now ? found : undefined
    if (held === undefined || held.claimant === claimant || held.claimant === instead) {
      this.#claims.set(key, { claimant, asOf, until: now + ttlMs, waiting: held?.waiting ?? new Set() })
      return { kind: 'claim', reply: [], us, bytes: 4 }
    }
    held.waiting.add(worker)
    return { kind: 'claim, to wait', reply: [held.claimant, held.asOf, Math.ceil(held.until - now)], us, bytes: 120 }
  }

  #hub(key: string, newHistory: string, seenHistory: string, seenClock: string, nowUs: number): InvalidationHub {
    const known = this.#hubs.get(key)
    if (known?.isWhole(this.server, seenHistory, seenClock) === true) return known
    const hub = new InvalidationHub(newHistory, nowUs, this.server)
    this.#hubs.set(key, hub)
    return hub
  }
}

const isConfig = (key: string): boolean => key.includes(':b:')

function lengthOf(key: string, text: string): number {
  return isConfig(key) && text !== '' ? configLength : text.length
}

const kbOf = (bytes: number): number => bytes / 1_024
