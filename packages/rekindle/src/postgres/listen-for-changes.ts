import { inspect } from 'node:util'
import { type Clock, systemClock } from '../clock.ts'
import { InvalidOptionsError, textOf } from '../errors.ts'
import type { InvalidationTarget } from '../options.ts'
import { assertChannel, defaultChannel } from './channel.ts'
import { InvalidationQueue } from './invalidation-queue.ts'
import { ListeningConnection } from './listening-connection.ts'
import { parsePayload } from './payload.ts'
import type { PgListeningClient } from './pg-client.ts'
import { retryDelay } from './retry-delay.ts'
import { pause, within } from './waiting.ts'

/** The options of {@link listenForChanges}. */
export interface ListenForChangesOptions {
  /**
   * Makes a new client, not yet connected: `() => new pg.Client(url)`. It is called for each (re)connection, and the client
   * then belongs to the listener. To PostgreSQL itself: through a pooler (PgBouncer) notifications do not arrive.
   */
  readonly connect: () => PgListeningClient | Promise<PgListeningClient>
  /** As a rule `(target) => agents.invalidate(target)`. When it fails it is called again until it succeeds. */
  readonly invalidate: (target: InvalidationTarget) => Promise<unknown>
  /** As given to {@link installTriggers}. Default `'rekindle'`. */
  readonly channel?: string
  /** Hears of everything that went wrong, and is then dealt with. By default a process warning. */
  readonly onError?: (error: Error) => void
  /** Called at each (re)connection, when every commit from then on will be heard. */
  readonly onListening?: () => void
  /** For tests. */
  readonly clock?: Clock
  /** For tests: a number from 0 up to, not including, 1. */
  readonly random?: () => number
}

/** Made by {@link listenForChanges}. */
export interface ChangeListener extends AsyncDisposable {
  /**
   * Resolves once it listens for the first time and everything older has been invalidated: from then on, no agent is older
   * than the database. Rejects only if it is closed before; nobody needs to handle that.
   */
  readonly ready: Promise<void>
  /** Whether commits are heard at this moment, as far as is known: a connection is checked every ten seconds. */
  readonly listening: boolean
  /** Stops listening, invalidates what it has heard, and ends the connection: within some five seconds. Never rejects. */
  close(): Promise<void>
}

/**
 * Invalidates what the triggers of {@link installTriggers} say has changed, whichever program changed it. Holds one connection
 * of its own. Returns at once, and keeps trying until it is closed; a failure is reported to `onError`, never thrown.
 *
 * A lost connection is replaced (after 50 ms to 10 s, longer after each failure), and one that has fallen silent is noticed
 * within 15 s. After **each** (re)connection, the first included, `'all'` is invalidated: what was changed while nobody
 * listened is not known. So a process that starts empties the cache of those who share its store. Let one process per store
 * listen, not each worker: an invalidation reaches them all. Processes without a shared store listen each for itself.
 *
 * What arrives together is invalidated once; when more than 1000 targets wait, `'all'` takes their place. The database's users
 * can notify the channel, too: `NOTIFY rekindle, '{"agentId":"42"}'`, with any invalidation target as JSON. Anything else is
 * reported and invalidates everything.
 *
 * Until it is ready it keeps the process alive, and from then on it does not. Throws {@link InvalidOptionsError}.
 */
export function listenForChanges(options: ListenForChangesOptions): ChangeListener {
  assertChannel(options.channel ?? defaultChannel)
  for (const name of ['connect', 'invalidate'] as const) {
    if (typeof options[name] !== 'function') {
      throw new InvalidOptionsError(name, `${name} must be a function; got ${inspect(options[name], { depth: 0 })}.`)
    }
  }
  return new DatabaseListener(options)
}

const makeClientTimeoutMs = 10_000

class DatabaseListener implements ChangeListener {
  readonly ready: Promise<void>
  #isReady = false
  #listening = false
  readonly #options: ListenForChangesOptions
  readonly #channel: string
  readonly #clock: Clock
  readonly #random: () => number
  readonly #queue: InvalidationQueue
  readonly #first = Promise.withResolvers<void>()
  readonly #stop = new AbortController()
  readonly #ended: Promise<void>
  #closing: Promise<void> | undefined

  constructor(options: ListenForChangesOptions) {
    const { channel = defaultChannel, clock = systemClock, random = Math.random, invalidate } = options
    this.#options = options
    this.#channel = channel
    this.#clock = clock
    this.#random = random
    this.#queue = new InvalidationQueue({ invalidate, report: (error) => this.#report(error), clock, random })
    this.ready = this.#first.promise
    // Who does not wait for it need not handle it.
    this.ready.catch(() => {})
    this.#ended = this.#run()
  }

  get listening(): boolean {
    return this.#listening
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    const failures = { inARow: 0 }
    while (!signal.aborted) {
      try {
        await this.#listen(() => (failures.inARow = 0))
      } catch (error) {
        if (signal.aborted) return
        const delayMs = retryDelay(failures.inARow++, this.#random)
        const next = `Connecting again in ${Math.round(delayMs)} ms.`
        const message = `Not listening for changes on ${this.#channel} (${textOf(error)}). ${next}`
        this.#report(new Error(message, { cause: error }))
        await pause(delayMs, { clock: this.#clock, signal, keepAlive: !this.#isReady }).catch(() => {})
      }
    }
  }

  /** The life of one connection. Always rejects: with what ended it. */
  async #listen(onChecked: () => void): Promise<never> {
    const limits = { clock: this.#clock, signal: this.#stop.signal }
    const makeClient = async (): Promise<PgListeningClient> => this.#options.connect()
    const client = await within(makeClient, makeClientTimeoutMs, `connect took longer than ${makeClientTimeoutMs} ms.`, limits)
    const connection = new ListeningConnection(client, this.#channel, this.#clock, (payload) => this.#hear(payload))
    const stop = (): void => connection.lose(this.#stop.signal.reason as Error)
    this.#stop.signal.addEventListener('abort', stop, { once: true })
    try {
      await connection.open()
      this.#listening = true
      // Not before: what is committed between the two must be either heard or invalidated.
      this.#queue.add('all')
      void this.#queue.done().then(() => {
        this.#isReady = true
        this.#first.resolve()
        connection.unref()
      })
      callOut(() => this.#options.onListening?.())
      return await connection.hold(onChecked)
    } finally {
      this.#listening = false
      this.#stop.signal.removeEventListener('abort', stop)
      if (this.#stop.signal.aborted) await connection.end()
      else connection.destroy()
    }
  }

  #hear(payload: string): void {
    const target = parsePayload(payload)
    if (target === undefined) {
      const said = inspect(payload, { maxStringLength: 200 })
      this.#report(new Error(`A notification on ${this.#channel} names no target, so everything is invalidated: ${said}`))
    }
    this.#queue.add(target ?? 'all')
  }

  #report(error: Error): void {
    const { onError = (unheard: Error): void => process.emitWarning(unheard.message, 'RekindleWarning') } = this.#options
    callOut(() => onError(error))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const closed = new Error('The listener is closed.')
    this.#stop.abort(closed)
    this.#first.reject(closed)
    await Promise.all([this.#ended, this.#queue.close()])
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Calls what is the application's. What fails there must not end what we do. */
function callOut(call: () => unknown): void {
  void (async () => await call())().catch(() => {})
}
