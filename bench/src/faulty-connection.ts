import { connect, type Socket } from 'node:net'
import { withoutNextReply } from './fault-replies.ts'

/** One connection to Redis, and what can happen to it. */
export class FaultyConnection {
  readonly client: Socket
  #vanished = false
  #pass = (chunk: Buffer): Buffer => chunk

  /** `delayMs`: how late replies arrive, now. */
  constructor(client: Socket, toPort: number, delayMs: () => number) {
    this.client = client
    const upstream = connect(toPort, '127.0.0.1')
    client.on('data', (chunk: Buffer) => {
      if (!this.#vanished) upstream.write(chunk)
    })
    upstream.on('data', (chunk: Buffer) => {
      const ms = delayMs()
      if (ms === 0) this.#answer(chunk)
      else setTimeout(() => this.#answer(chunk), ms)
    })
    client.setNoDelay(true).on('error', () => {})
    client.on('close', () => upstream.destroy())
    upstream.setNoDelay(true).on('error', () => {})
    upstream.on('close', () => {
      if (!this.#vanished) client.destroy()
    })
  }

  /** Stays open, but nothing passes any more. */
  vanish(): void {
    this.#vanished = true
  }

  /** The next reply is lost. */
  loseReply(): void {
    this.#pass = withoutNextReply()
  }

  #answer(chunk: Buffer): void {
    if (this.#vanished || this.client.destroyed) return
    this.client.write(this.#pass(chunk))
  }
}
