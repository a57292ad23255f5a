import type { Clock } from '../clock.ts'
import type { PgListeningClient } from './pg-client.ts'
import { quoteName } from './sql-text.ts'
import { pause, within } from './waiting.ts'

const connectTimeoutMs = 10_000
const answerTimeoutMs = 5_000
const checkIntervalMs = 10_000
const endTimeoutMs = 1_000

/** One connection that listens to a channel, from its opening to its end. It is never mended: another takes its place. */
export class ListeningConnection {
  readonly #client: PgListeningClient
  readonly #channel: string
  readonly #clock: Clock
  readonly #lost = new AbortController()

  constructor(client: PgListeningClient, channel: string, clock: Clock, onPayload: (payload: string) => void) {
    this.#client = client
    this.#channel = channel
    this.#clock = clock
    // Also after it was lost: an `error` event that nobody listens to ends the process.
    client.on('error', (error) => this.lose(error))
    client.on('end', () => this.lose(new Error('PostgreSQL has ended the connection.')))
    client.on('notification', (message) => {
      if (message.channel === channel) onPayload(message.payload ?? '')
    })
  }

  /** Ends whatever it waits for. Only the first reason counts. */
  lose(reason: Error): void {
    this.#lost.abort(reason)
  }

  /** Resolves when every commit from now on will be heard. */
  async open(): Promise<void> {
    await this.#inTime('Connecting', connectTimeoutMs, () => this.#client.connect())
    await this.#inTime('LISTEN', answerTimeoutMs, () => this.#client.query(`LISTEN ${quoteName(this.#channel)}`))
  }

  /**
   * Rejects when the connection is lost. Asking now and then finds out when the other side has gone without a word, keeps
   * what lies between from taking it for idle, and shows whether this is still the session that listens.
   */
  async hold(onChecked: () => void): Promise<never> {
    for (;;) {
      await pause(checkIntervalMs, { clock: this.#clock, signal: this.#lost.signal })
      await this.#check()
      onChecked()
    }
  }

  async #check(): Promise<void> {
    const ask = () => this.#client.query('SELECT pg_catalog.pg_listening_channels() AS channel')
    const { rows } = await this.#inTime('A check of the connection', answerTimeoutMs, ask)
    if ((rows as { channel: string }[]).some(({ channel }) => channel === this.#channel)) return
    throw new Error(
      `The session no longer listens to ${this.#channel}. A connection pooler cannot stand between: connect to PostgreSQL itself.`,
    )
  }

  #inTime<Value>(what: string, ms: number, work: () => Promise<Value>): Promise<Value> {
    return within(work, ms, `${what} took longer than ${ms} ms.`, { clock: this.#clock, signal: this.#lost.signal })
  }

  /** From now on it is no reason for the process to go on. */
  unref(): void {
    this.#client.unref?.()
  }

  /** Says goodbye, and is gone after a second in any case. */
  async end(): Promise<void> {
    await within(() => this.#client.end(), endTimeoutMs, '', { clock: this.#clock }).catch(() => {})
    this.#client.connection?.stream?.destroy?.()
  }

  /** For a connection that does not answer. */
  destroy(): void {
    this.#client.end().catch(() => {})
    this.#client.connection?.stream?.destroy?.()
  }
}
