import type { OnMessage } from '../../../packages/rekindle/src/redis/link.ts'
import type { RedisNode } from './redis-node.ts'
import type { Call, Client, Weights } from './client.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface NetworkOptions {
  readonly time: VirtualTime
  /** How long something is under way in one direction, ms. */
  readonly delay: () => number
}

/** A connection of a worker to one server. What is sent over it arrives in the order in which it was sent. */
export class NodeConnection implements Client {
  readonly weights: Weights
  readonly #node: RedisNode
  readonly #time: VirtualTime
  readonly #delay: () => number
  readonly #onMessage: OnMessage | undefined
  readonly #onLost: (error: Error) => void
  readonly #pending = new Set<Call>()
  readonly #channels: string[] = []
  #arrivesThere = 0
  #arrivesHere = 0
  #open = false

  constructor(
    node: RedisNode,
    { time, delay }: NetworkOptions,
    weights: Weights,
    onLost: (error: Error) => void,
    onMessage?: OnMessage,
  ) {
    this.#node = node
    this.weights = weights
    this.#time = time
    this.#delay = delay
    this.#onLost = onLost
    this.#onMessage = onMessage
  }

  get isOpen(): boolean {
    return this.#open
  }

  /** Rejects if the server refuses it. */
  async open(channels: readonly string[] = []): Promise<void> {
    await this.#ask(['CONNECT'])
    this.#open = true
    this.#node.connections.add(this)
    if (channels.length === 0) return
    await this.#ask(['SUBSCRIBE', ...channels])
    for (const channel of channels) {
      this.#channels.push(channel)
      const subscribers = this.#node.subscribers.get(channel)
      if (subscribers === undefined) this.#node.subscribers.set(channel, new Set([this]))
      else subscribers.add(this)
    }
  }

  send(args: readonly string[]): Promise<unknown> {
    return this.#open ? this.#ask(args) : Promise.reject(new Error('The connection to Redis is closed.'))
  }

  #ask(args: readonly string[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call: Call = {
        args,
        connection: this,
        resolve,
        reject: (error) => {
          this.#pending.delete(call)
          reject(error)
        },
      }
      this.#pending.add(call)
      this.#arrivesThere = Math.max(this.#arrivesThere, this.#time.elapsed + this.#delay())
      this.#time.at(this.#arrivesThere, () => this.#node.take(call))
    })
  }

  answer(call: Call, reply: unknown, sentAt: number): void {
    this.#time.at(this.#arrival(sentAt), () => {
      if (this.#pending.delete(call)) call.resolve(reply)
    })
  }

  hear(messages: readonly (readonly string[])[], sentAt: number): void {
    this.#time.at(this.#arrival(sentAt), () => {
      if (!this.#open) return
      for (const [channel = '', message = ''] of messages) this.#onMessage?.(channel, message)
    })
  }

  #arrival(sentAt: number): number {
    this.#arrivesHere = Math.max(this.#arrivesHere, sentAt + this.#delay())
    return this.#arrivesHere
  }

  /** The server has ended. */
  lose(error: Error): void {
    this.#time.at(this.#time.elapsed + this.#delay(), () => {
      const wasOpen = this.#open
      this.close()
      for (const { reject } of this.#pending) reject(error)
      if (wasOpen) this.#onLost(error)
    })
  }

  /** From this side: nothing is answered any more. */
  close(): void {
    this.#open = false
    this.#node.connections.delete(this)
    for (const channel of this.#channels) this.#node.subscribers.get(channel)?.delete(this)
  }
}
