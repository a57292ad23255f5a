import cluster from 'node:cluster'
import type { Worker } from 'node:cluster'
import { setTimeout as delay } from 'node:timers/promises'
import type { Departure, PrimaryMessage, Warming, WorkerMessage } from './messages.ts'
import { watchHandovers } from './orphaned-connections.ts'
import type { ReturnOrphans } from './orphaned-connections.ts'

/** What a worker may take to say what is in use: one write to the database. */
const handOverMs = 1_000

export type MemberState =
  | { readonly kind: 'starting'; readonly warming: Warming | undefined }
  /** It has said why it cannot start. */
  | { readonly kind: 'failed'; readonly message: string; readonly hopeless: boolean }
  /** It accepts connections. */
  | { readonly kind: 'serving'; readonly storeAnswers: boolean }
  /** It was told to go. */
  | { readonly kind: 'leaving' }

export interface MemberListener {
  /** Its state has changed. */
  heard(member: Member): void
  /** The process has ended. */
  lost(member: Member, ended: Ended): void
}

export interface Ended {
  readonly clean: boolean
  readonly livedMs: number
  /** What it was when it ended. */
  readonly state: MemberState
  /** In words, for people. */
  readonly why: string
}

/** One worker process, from its fork to its end. */
export class Member {
  readonly #worker: Worker
  readonly #returnOrphans: ReturnOrphans
  readonly #forkedAt = performance.now()
  readonly #started = Promise.withResolvers<Ended | undefined>()
  readonly #handedOver = Promise.withResolvers<void>()
  readonly #gone = Promise.withResolvers<void>()
  readonly #listener: MemberListener
  #state: MemberState = { kind: 'starting', warming: undefined }

  constructor(environment: Readonly<Record<string, string>>, listener: MemberListener) {
    this.#listener = listener
    this.#worker = cluster.fork(environment)
    this.#returnOrphans = watchHandovers(this.#worker)
    this.#worker.on('message', (message: WorkerMessage) => this.#hear(message))
    // The channel may break while something is sent; that the worker is gone is told by its exit.
    this.#worker.on('error', () => {})
    this.#worker.on('exit', (code, signal) => this.#lost(code, signal))
  }

  get state(): MemberState {
    return this.#state
  }

  get pid(): number | undefined {
    return this.#worker.process.pid
  }

  /** Resolves once it accepts connections; to how it ended if it never did. */
  get started(): Promise<Ended | undefined> {
    return this.#started.promise
  }

  get gone(): Promise<void> {
    return this.#gone.promise
  }

  /** Makes it leave word of what is in use, for the one that takes its place. Waits a moment at most. */
  async handOver(): Promise<void> {
    this.#tell({ type: 'hand-over' })
    await Promise.race([this.#handedOver.promise, this.gone, delay(handOverMs, undefined, { ref: false })])
  }

  /** Makes it finish what is running, and go. */
  leave(because: Departure): void {
    this.#state = { kind: 'leaving' }
    this.#tell({ type: 'leave', because })
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL')
  }

  /** To be called once it is lost: gives the connections that were on their way to it to others, if there are `elsewhere`. */
  bequeath(elsewhere: boolean): void {
    this.#returnOrphans(elsewhere)
    // The channel may outlive the process for a moment, in which more would be sent to it.
    if (this.#worker.isConnected()) this.#worker.process.disconnect()
  }

  #tell(message: PrimaryMessage): void {
    if (this.#worker.isConnected()) this.#worker.send(message)
  }

  #hear(message: WorkerMessage): void {
    if (message.type === 'handed-over') return this.#handedOver.resolve()
    if (this.#state.kind === 'leaving') return
    switch (message.type) {
      case 'warming':
        this.#state = { kind: 'starting', warming: message }
        break
      case 'failed':
        this.#state = { kind: 'failed', message: message.message, hopeless: message.hopeless }
        break
      case 'ready':
        this.#state = { kind: 'serving', storeAnswers: message.storeAnswers }
        this.#started.resolve(undefined)
    }
    this.#listener.heard(this)
  }

  #lost(code: number | null, signal: string | null): void {
    const state = this.#state
    const ended: Ended = { clean: code === 0, livedMs: performance.now() - this.#forkedAt, state, why: this.#why(code, signal) }
    this.#listener.lost(this, ended)
    this.#started.resolve(ended)
    this.#gone.resolve()
  }

  #why(code: number | null, signal: string | null): string {
    if (this.#state.kind === 'failed') return this.#state.message
    const how = signal === null || signal === undefined ? `ended with exit code ${code}` : `was ended by ${signal}`
    return `Worker ${this.pid} ${how}${this.#state.kind === 'starting' ? ' before it was ready' : ''}.`
  }
}
