import cluster from 'node:cluster'
import type { Worker } from 'node:cluster'
import { setTimeout as delay } from 'node:timers/promises'
import type { PrimaryMessage, WorkerMessage } from './messages.ts'
import { RestartPolicy } from './restart-policy.ts'

/** What workers may take beyond the time their turns have, to close what they have open. */
const closingGraceMs = 5_000

export interface PoolOptions {
  readonly size: number
  readonly drainMs: number
  /** For workers, besides our own. */
  readonly environment: Readonly<Record<string, string>>
  /** Says that a worker was lost and what follows. */
  readonly onLoss: (message: string) => void
  /** No worker is left, and none can be started. */
  readonly onGiveUp: (message: string) => void
}

export interface PoolReady {
  readonly storeAnswers: boolean
}

interface Member {
  readonly worker: Worker
  readonly forkedAt: number
  ready: PoolReady | undefined
  failure: string | undefined
}

/** The worker processes: forked, replaced when they die, drained together. */
export class WorkerPool {
  readonly #options: PoolOptions
  readonly #policy = new RestartPolicy()
  readonly #members = new Set<Member>()
  readonly #allReady = Promise.withResolvers<PoolReady>()
  readonly #allGone = Promise.withResolvers<void>()
  /** A worker has listened before. */
  #hasServed = false
  #draining = false
  #uncleanExits = 0

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Resolves once every worker accepts connections. Rejects, with no worker left, if they cannot. */
  async start(): Promise<PoolReady> {
    for (let started = 0; started < this.#options.size; started++) this.#fork()
    return this.#allReady.promise
  }

  /** Resolves to whether all turns were finished and everything was closed in time. */
  async drain(): Promise<boolean> {
    this.#draining = true
    const message: PrimaryMessage = { type: 'drain' }
    for (const { worker } of this.#members) if (worker.isConnected()) worker.send(message)
    if (this.#members.size === 0) this.#allGone.resolve()
    const late = delay(this.#options.drainMs + closingGraceMs, 'late', { ref: false })
    if ((await Promise.race([this.#allGone.promise, late])) === 'late') {
      this.kill()
      return false
    }
    return this.#uncleanExits === 0
  }

  /** Ends every worker at once. */
  kill(): void {
    this.#draining = true
    for (const { worker } of this.#members) worker.process.kill('SIGKILL')
  }

  #fork(): void {
    const worker = cluster.fork(this.#options.environment)
    const member: Member = { worker, forkedAt: performance.now(), ready: undefined, failure: undefined }
    this.#members.add(member)
    worker.on('message', (message: WorkerMessage) => this.#hear(member, message))
    // The channel may break while something is sent; that the worker is gone is told by its exit.
    worker.on('error', () => {})
    worker.on('exit', (code, signal) => this.#lost(member, code, signal))
  }

  #hear(member: Member, message: WorkerMessage): void {
    if (message.type === 'failed') {
      member.failure = message.message
      // Where others have listened before, it may be a matter of time.
      if (message.hopeless && !this.#hasServed) this.#giveUp(message.message)
      return
    }
    member.ready = message
    this.#hasServed = true
    const ready = [...this.#members].flatMap((each) => each.ready ?? [])
    if (ready.length < this.#options.size) return
    this.#allReady.resolve({ storeAnswers: ready.every((each) => each.storeAnswers) })
  }

  #lost(member: Member, code: number | null, signal: string | null): void {
    this.#members.delete(member)
    // The channel may outlive the process for a moment, in which connections would still be given to it, and hang.
    if (member.worker.isConnected()) member.worker.process.disconnect()
    if (this.#draining) {
      if (code !== 0) this.#uncleanExits++
      if (this.#members.size === 0) this.#allGone.resolve()
      return
    }
    const wasReady = member.ready !== undefined
    const decision = this.#policy.decide({
      wasReady,
      livedMs: performance.now() - member.forkedAt,
      othersReady: [...this.#members].some((each) => each.ready !== undefined),
    })
    const ended = signal === null || signal === undefined ? `ended with exit code ${code}` : `was ended by ${signal}`
    const why = member.failure ?? `Worker ${member.worker.process.pid} ${ended}${wasReady ? '' : ' before it was ready'}.`
    if (decision.kind === 'give-up') return this.#giveUp(`Workers fail again and again as they start. The last one: ${why}`)
    this.#options.onLoss(`${why} Another one takes its place.`)
    setTimeout(() => !this.#draining && this.#fork(), decision.afterMs)
  }

  #giveUp(message: string): void {
    if (this.#draining) return
    this.kill()
    this.#allReady.reject(new Error(message))
    // Nobody may be waiting for the start any more.
    this.#allReady.promise.catch(() => {})
    this.#options.onGiveUp(message)
  }
}
