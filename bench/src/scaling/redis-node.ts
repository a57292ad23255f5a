import type { Call, Client } from './client.ts'
import type { CommandKind, Executed, Keyspace } from './keyspace.ts'
import type { RedisCosts } from './redis-costs.ts'
import { UnseenLoad } from './unseen-load.ts'
import type { VirtualTime } from './virtual-time.ts'

interface Heard {
  readonly messages: string[][]
  /** For how many such connections it stands. */
  readonly listeners: number
}

/** How a node does for some time. */
export interface NodeFigures {
  commands: Partial<Record<CommandKind, number>>
  messages: number
  bytes: number
  busyUs: number
  /** In the busiest second of that time. */
  peakUs: number
}

const peakMs = 1_000

/** Each agent is loaded and written by one worker, and looked at for each request. */
const oncePerAgent: readonly CommandKind[] = ['write', 'claim', 'release', 'remove']
const perRequest: readonly CommandKind[] = ['read', 'read config', 'claim, to wait', 'message']
/** In a cluster a look comes with each read, and otherwise with each connection. */
const perRequestInCluster: readonly CommandKind[] = [...perRequest, 'look']

/**
 * One Redis server: a thread that takes in turns what has arrived, carries it out, and answers. What arrives meanwhile waits. What
 * goes to one subscriber in one turn is sent at once.
 */
export class RedisNode {
  readonly keyspace: Keyspace
  readonly connections: Set<Client> = new Set()
  readonly subscribers: Map<string, Set<Client>> = new Map()
  /** 1; 10: everything takes ten times as long. 0: nothing takes any time. */
  slowness = 1
  /** `dead`: it refuses connections. `hung`: it is there, and does nothing. */
  state: 'up' | 'dead' | 'hung' = 'up'
  readonly #time: VirtualTime
  readonly #costs: RedisCosts
  readonly #unseen = new UnseenLoad()
  #waiting: Call[] = []
  #planned = false
  #figures = noFigures()
  #part = { began: 0, us: 0 }
  /** In the last second: then each command has a turn of its own, as a rule. */
  #idle = 1

  constructor(keyspace: Keyspace, time: VirtualTime, costs: RedisCosts) {
    this.keyspace = keyspace
    this.#time = time
    this.#costs = costs
  }

  /** Of all since the last call. */
  figures(): NodeFigures {
    this.#count(0)
    const figures = this.#figures
    this.#figures = noFigures()
    this.#part = { began: this.#time.elapsed, us: 0 }
    return figures
  }

  take(call: Call): void {
    if (this.state === 'dead') return call.reject(new Error('connect ECONNREFUSED'))
    this.#waiting.push(call)
    if (!this.#planned && this.state === 'up') this.#plan(this.#unseen.afterIdle(this.#time.elapsed))
  }

  #plan(inMs: number): void {
    this.#planned = true
    this.#time.at(this.#time.elapsed + inMs * Math.min(1, this.slowness), () => this.#turn())
  }

  #turn(): void {
    if (this.state !== 'up') {
      this.#planned = false
      return
    }
    const calls = this.#waiting
    this.#waiting = []
    const began = this.#time.elapsed
    this.#unseen.afterIdle(began)
    const costs = this.#costs
    const heard = new Map<Client, Heard>()
    const done: [Call, unknown][] = []
    let us = costs.turn + costs.exchange * new Set(calls.map(({ connection }) => connection)).size
    for (const call of calls) {
      const executed = this.keyspace.execute(call.args, this.#time.exact)
      done.push([call, executed.reply])
      us += executed.us + this.#publish(executed, heard)
      const weight = weightOf(executed.kind, call.connection)
      const unseenUs = (weight - 1) * (executed.us + costs.exchange + costs.turn * this.#idle) * this.slowness
      this.#unseen.add(unseenUs, began)
      this.#figures.commands[executed.kind] = (this.#figures.commands[executed.kind] ?? 0) + weight
      this.#figures.bytes += executed.bytes * weight
      this.#count(unseenUs)
    }
    const ms = (atUs: number) => (atUs * this.slowness) / 1_000
    for (const [call, reply] of done) call.connection.answer(call, reply, began + ms(us))
    for (const [connection, { messages, listeners }] of heard) {
      us += costs.deliver * listeners
      connection.hear(messages, began + ms(us))
    }
    this.#count(us * this.slowness)
    this.#time.at(began + ms(us), () => this.#end())
  }

  #end(): void {
    this.#planned = false
    this.#unseen.afterBusy(this.#time.elapsed)
    if (this.#waiting.length > 0 && this.state === 'up') this.#plan(this.#unseen.afterIdle(this.#time.elapsed))
  }

  /** What the message takes, apart from sending it. */
  #publish({ published }: Executed, heard: Map<Client, Heard>): number {
    if (published === undefined) return 0
    const { channel, message } = published
    let us = 0
    for (const connection of this.subscribers.get(channel) ?? []) {
      // What is for one worker goes to one, whatever that stands for.
      const listeners = channel.includes(':inbox:') ? 1 : connection.weights.workers
      us += this.#costs.append * listeners
      this.#figures.messages += listeners
      this.#figures.bytes += (message.length + channel.length + 40) * listeners
      const already = heard.get(connection)
      already?.messages.push([channel, message])
      heard.set(connection, {
        messages: already?.messages ?? [[channel, message]],
        listeners: Math.max(listeners, already?.listeners ?? 0),
      })
    }
    return us
  }

  #count(us: number): void {
    const { elapsed } = this.#time
    if (elapsed - this.#part.began >= peakMs) {
      this.#figures.peakUs = Math.max(this.#figures.peakUs, this.#part.us)
      this.#idle = Math.max(0, 1 - this.#part.us / 1_000 / (elapsed - this.#part.began))
      this.#part = { began: elapsed, us: 0 }
    }
    this.#part.us += us
    this.#figures.busyUs += us
  }

  /** All connections end, with what waits for an answer. */
  die(): void {
    this.state = 'dead'
    this.#waiting = []
    for (const connection of this.connections) connection.lose(new Error('The connection to Redis was closed.'))
  }

  hang(): void {
    this.state = 'hung'
  }

  resume(): void {
    this.state = 'up'
    if (this.#waiting.length > 0 && !this.#planned) this.#plan(0)
  }
}

function weightOf(kind: CommandKind, { weights: { workers, agents, requests, inCluster } }: Client): number {
  if (oncePerAgent.includes(kind)) return agents
  if ((inCluster ? perRequestInCluster : perRequest).includes(kind)) return requests
  return kind === 'invalidate' ? 1 : workers
}

function noFigures(): NodeFigures {
  return { commands: {}, messages: 0, bytes: 0, busyUs: 0, peakUs: 0 }
}
