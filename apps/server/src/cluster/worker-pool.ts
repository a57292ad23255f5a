import { setTimeout as delay } from 'node:timers/promises'
import { Member } from './member.ts'
import type { Ended, MemberState } from './member.ts'
import type { Warming } from './messages.ts'
import { RestartPolicy } from './restart-policy.ts'

/** What workers may take beyond the time their turns have, to close what they have open. */
const closingGraceMs = 5_000

export interface PoolOptions {
  readonly size: number
  /** What the turns of a worker that leaves may take. */
  readonly drainMs: number
  /** How long workers go on accepting connections once the server is told to stop. */
  readonly shutdownDelayMs: number
  /** For workers, besides our own. */
  readonly environment: Readonly<Record<string, string>>
  /** How far all that start have got, together. */
  readonly onWarming: (warming: Warming) => void
  /** Says that a worker was lost and what follows. */
  readonly onLoss: (message: string) => void
  /** After the start: no worker is left, and none can be started. */
  readonly onGiveUp: (message: string) => void
}

export interface PoolReady {
  readonly storeAnswers: boolean
}

export type Replaced =
  | { readonly outcome: 'done'; readonly workers: number }
  /** Those that had not had their turn serve on. */
  | { readonly outcome: 'failed'; readonly workers: number; readonly why: string }
  /** The server was told to stop meanwhile. */
  | { readonly outcome: 'stopped' }

/** The worker processes: forked, replaced when they die or are to be renewed, drained together. */
export class WorkerPool {
  readonly #options: PoolOptions
  readonly #policy = new RestartPolicy()
  readonly #members = new Set<Member>()
  readonly #allReady = Promise.withResolvers<PoolReady>()
  #isReady = false
  /** A worker has listened before. */
  #hasServed = false
  /** Two members for one place. */
  #replacement: { readonly old: Member; readonly fresh: Member } | undefined
  /** Members that will be forked after a pause. */
  #due = 0
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

  /** The start was a success. */
  get isReady(): boolean {
    return this.#isReady
  }

  /**
   * Puts a new worker in the place of each that serves now, one after the other: the new one serves, then the old one finishes
   * its turns and goes. Ends early if a new one cannot start.
   */
  async replaceAll(): Promise<Replaced> {
    let workers = 0
    for (const old of this.#serving()) {
      // Died while others were replaced: what takes its place is new.
      if (!this.#members.has(old)) continue
      await old.handOver()
      if (this.#draining) return { outcome: 'stopped' }
      const fresh = this.#fork()
      this.#replacement = { old, fresh }
      const ended = await fresh.started
      if (this.#draining) return { outcome: 'stopped' }
      if (ended !== undefined) return { outcome: 'failed', workers, why: ended.why }
      old.leave('restart')
      const late = delay(this.#options.drainMs + closingGraceMs, 'late', { ref: false })
      if ((await Promise.race([old.gone, late])) === 'late') old.kill()
      workers++
    }
    return { outcome: 'done', workers }
  }

  /** Resolves to whether all turns were finished and everything was closed in time. */
  async drain(): Promise<boolean> {
    const { shutdownDelayMs, drainMs } = this.#options
    this.#draining = true
    const members = [...this.#members]
    for (const member of members) member.leave('stop')
    const late = delay(shutdownDelayMs + drainMs + closingGraceMs, 'late', { ref: false })
    if ((await Promise.race([Promise.all(members.map((each) => each.gone)), late])) === 'late') {
      this.kill()
      return false
    }
    return this.#uncleanExits === 0
  }

  /** Ends every worker at once. */
  kill(): void {
    this.#draining = true
    for (const member of this.#members) member.kill()
  }

  #serving(): Member[] {
    return [...this.#members].filter(({ state }) => state.kind === 'serving')
  }

  /** Places that are taken, or will be. */
  get #taken(): number {
    const { old, fresh } = this.#replacement ?? {}
    const replaced = fresh !== undefined && this.#members.has(fresh) ? old : undefined
    const staying = [...this.#members].filter((each) => each.state.kind !== 'leaving' && each !== replaced)
    return staying.length + this.#due
  }

  #fork(): Member {
    const member = new Member(this.#options.environment, {
      heard: () => this.#heard(member.state),
      lost: (lost, ended) => this.#lost(lost, ended),
    })
    this.#members.add(member)
    return member
  }

  #heard(state: MemberState): void {
    if (state.kind === 'starting') return this.#options.onWarming(this.#warming())
    // Where others have listened before, it may be a matter of time.
    if (state.kind === 'failed') return state.hopeless && !this.#hasServed ? this.#giveUp(state.message) : undefined
    this.#hasServed = true
    const serving = this.#serving().map((each) => each.state)
    if (serving.length < this.#options.size) return
    this.#isReady = true
    this.#allReady.resolve({ storeAnswers: serving.every((each) => each.kind === 'serving' && each.storeAnswers) })
  }

  #warming(): Warming {
    let [done, of] = [0, 0]
    for (const { state } of this.#members) {
      if (state.kind !== 'starting' || state.warming === undefined) continue
      done += state.warming.done
      of += state.warming.of
    }
    return { done, of }
  }

  #lost(member: Member, ended: Ended): void {
    this.#members.delete(member)
    const othersServe = this.#serving().length > 0
    member.bequeath(othersServe)
    if (this.#draining) {
      if (!ended.clean) this.#uncleanExits++
      return
    }
    const { livedMs, state, why } = ended
    if (this.#taken >= this.#options.size) {
      if (state.kind === 'leaving' && !ended.clean) this.#options.onLoss(`${why} It was leaving, and turns were cut off.`)
      return
    }
    const wasReady = state.kind === 'serving' || state.kind === 'leaving'
    const decision = this.#policy.decide({ wasReady, livedMs, othersReady: othersServe })
    if (decision.kind === 'give-up') return this.#giveUp(`Workers fail again and again as they start. The last one: ${why}`)
    this.#options.onLoss(`${why} Another one takes its place.`)
    this.#due++
    setTimeout(() => {
      this.#due--
      if (!this.#draining) this.#fork()
    }, decision.afterMs)
  }

  #giveUp(message: string): void {
    if (this.#draining) return
    this.kill()
    if (this.#isReady) this.#options.onGiveUp(message)
    else this.#allReady.reject(new Error(message))
  }
}
