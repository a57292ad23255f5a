import type { CommandLink, Link, RedisPattern } from './link.ts'
import { unlessHeard } from './silence.ts'
import { SteadyLink } from './steady-link.ts'

/** A server that stands still for as long is one that is away. */
const silenceMs = 1_000

/** A Lua script with the SHA-1 by which a server knows it. */
export interface RedisScript {
  readonly lua: string
  readonly sha1: string
}

export interface RedisSubscriber {
  onMessage(channel: string, message: string): void
  /** Subscribed, again or for the first time. */
  onSubscribed(): void
}

/**
 * What the store asks of Redis, over connections of its own. While there is none, commands are refused at once: they never
 * pile up. Keys and channels are named without the client's prefix, which is put before them here.
 */
export class RedisCommands {
  readonly isCluster: boolean
  readonly #prefix: string
  readonly #steady: SteadyLink<CommandLink>
  #resent = 0
  readonly #subscriptions = new Set<SteadyLink<Link>>()

  constructor(pattern: RedisPattern) {
    this.isCluster = pattern.isCluster
    this.#prefix = pattern.keyPrefix
    this.#steady = new SteadyLink(
      (onLost) => pattern.open(onLost),
      () => this.#renewSubscriptions(),
    )
  }

  /** What has befallen one connection may have befallen the others, which would be the last to notice. */
  #renewSubscriptions(): void {
    if (this.#steady.generation === 1) return
    for (const subscription of this.#subscriptions) subscription.giveUp(new Error('The connection for commands was lost.'))
  }

  /** Another number whenever commands may go to another server than before, or to one that has been restarted. */
  get generation(): number {
    return this.#steady.generation
  }

  /** Another number whenever a script was sent again, and so came after what was sent meanwhile. */
  get resent(): number {
    return this.#resent
  }

  /**
   * Values of several keys, each read after this call; on a cluster of one key, since others lie in other slots. (No `async`
   * function: it is on the way of every config hit.)
   */
  mget(keys: readonly string[]): Promise<readonly (string | null)[]> {
    const link = this.#steady.up
    return link === undefined ? this.#steady.ready().then((ready) => this.#mget(ready, keys)) : this.#mget(link, keys)
  }

  #mget(link: CommandLink, keys: readonly string[]): Promise<readonly (string | null)[]> {
    const prefixed = this.#prefix === '' ? keys : keys.map((key) => this.#prefix + key)
    // Not GET: on an unasked `null` (a reply that came twice), which a list is not, ioredis ends the process.
    return link.send(['MGET', ...prefixed], prefixed[0] ?? '').then((values) => {
      if (isListOf(values, isTextOrNull) && values.length === keys.length) return values
      throw this.#outOfStep(link, 'MGET')
    })
  }

  /** Of commands that `work` gives, one is sent right after the other. */
  together<Result>(work: () => Result): Result {
    const link = this.#steady.up
    return link?.together === undefined ? work() : link.together(work)
  }

  /** Sets all, in this order, to expire after `ttlMs`. */
  async set(entries: readonly (readonly [key: string, value: string])[], ttlMs: number): Promise<void> {
    const set = ([key, value]: readonly [string, string]) => this.#send(['SET', key, value, 'PX', String(ttlMs)], key)
    await Promise.all(this.together(() => entries.map(([key, value]) => set([this.#prefix + key, value]))))
  }

  async del(key: string): Promise<void> {
    await this.#send(['DEL', this.#prefix + key], this.#prefix + key)
  }

  async publish(channel: string, message: string): Promise<void> {
    const prefixed = this.#prefix + channel
    await this.#send([this.isCluster ? 'SPUBLISH' : 'PUBLISH', prefixed, message], prefixed)
  }

  /** The reply of a script, if `isReply`. The keys are in one slot. */
  async run<Reply>(
    { lua, sha1 }: RedisScript,
    keys: readonly string[],
    args: readonly string[],
    isReply: (reply: unknown) => reply is Reply,
  ): Promise<Reply> {
    const prefixed = keys.map((key) => this.#prefix + key)
    const rest = [String(keys.length), ...prefixed, ...args]
    const link = this.#steady.up ?? (await this.#steady.ready())
    const first = prefixed[0] ?? ''
    const reply = await this.#watched(link, link.send(['EVALSHA', sha1, ...rest], first)).catch((error: Error) => {
      // It has become a replica although the connection has stayed. Another connection may lead to its successor.
      if (error.message.includes('READONLY')) this.#steady.giveUp(error, link)
      if (!error.message.startsWith('NOSCRIPT')) throw error
      this.#resent++
      return link.send(['EVAL', lua, ...rest], first)
    })
    if (isReply(reply)) return reply
    throw this.#outOfStep(link, 'a script')
  }

  /** A connection of its own for messages. It keeps itself up until the returned function is called. */
  subscribe(channels: readonly string[], subscriber: RedisSubscriber): () => void {
    const prefixed = channels.map((channel) => this.#prefix + channel)
    let closed = false
    const onMessage = (channel: string, message: string) => {
      if (!closed) subscriber.onMessage(channel.slice(this.#prefix.length), message)
    }
    const open = async (onLost: (error: Error) => void): Promise<Link> => {
      const link = this.#steady.up ?? (await this.#steady.ready())
      return link.messages(prefixed, onMessage, onLost)
    }
    const steady = new SteadyLink<Link>(open, () => subscriber.onSubscribed())
    this.#subscriptions.add(steady)
    steady.start()
    return () => {
      closed = true
      this.#subscriptions.delete(steady)
      steady.close()
    }
  }

  close(): void {
    this.#steady.close()
  }

  async #send(args: readonly [string, ...string[]], key: string): Promise<unknown> {
    return (this.#steady.up ?? (await this.#steady.ready())).send(args, key)
  }

  /**
   * Every worker runs a script twice a second at least, so a connection that has died without a word shows here first. (A cluster
   * has several, and looks after each by itself.)
   */
  #watched(link: CommandLink, reply: Promise<unknown>): Promise<unknown> {
    if (this.isCluster) return reply
    const onSilence = () => this.#steady.giveUp(new Error(`Redis has not answered for ${silenceMs} ms.`), link)
    return reply.finally(unlessHeard(silenceMs, onSilence))
  }

  /**
   * A reply that cannot be one to this command is one to another: the connection is out of step (a reply was lost on the way),
   * and all that follow would be wrong, too.
   */
  #outOfStep(link: CommandLink, command: string): Error {
    const error = new Error(`What Redis answered to ${command} is no reply to it; the connection was given up.`)
    this.#steady.giveUp(error, link)
    return error
  }
}

const isTextOrNull = (value: unknown): value is string | null => value === null || typeof value === 'string'

export const isText = (value: unknown): value is string => typeof value === 'string'

export function isListOf<Item>(value: unknown, isItem: (item: unknown) => item is Item): value is Item[] {
  return Array.isArray(value) && value.every(isItem)
}
