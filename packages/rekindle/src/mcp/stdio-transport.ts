import type { Writable } from 'node:stream'
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client'
import type { Clock } from '../clock.ts'
import { Failure } from './failure.ts'
import { GuardedProcess } from './guarded-process.ts'
import { LineReader } from './line-reader.ts'
import type { Sdk } from './sdk.ts'
import type { LocalAddress } from './server-address.ts'
import { settledWithin } from './waiting.ts'

/** How long a server that has closed its output may take to be gone. */
const goingMs = 500

/**
 * The protocol's messages, a line each, with a server that is a {@link GuardedProcess}. The SDK's own transport starts a server
 * without a guard. What the server writes to its error output goes nowhere, or where ours goes.
 */
export class StdioTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: (message: JSONRPCMessage) => void
  /** What became of the server, once it has ended by itself. */
  fate: string | undefined = undefined
  readonly #sdk: Sdk
  readonly #address: LocalAddress
  readonly #stderr: 'ignore' | 'inherit'
  readonly #clock: Clock
  #server: Promise<GuardedProcess> | undefined = undefined
  #input: Writable | undefined = undefined
  #closed = false

  constructor(sdk: Sdk, address: LocalAddress, stderr: 'ignore' | 'inherit', clock: Clock) {
    this.#sdk = sdk
    this.#address = address
    this.#stderr = stderr
    this.#clock = clock
  }

  async start(): Promise<void> {
    const env = { ...this.#sdk.getDefaultEnvironment(), ...this.#address.env }
    this.#server = GuardedProcess.start(this.#address, env, this.#stderr)
    const server = await this.#server
    this.#input = server.input
    const reader = new LineReader((line) => this.#read(line))
    server.output.on('data', (chunk: Buffer) => {
      if (!reader.add(chunk)) void this.close()
    })
    // What says nothing more cannot answer. If it is going, its exit tells more than that; else there is no waiting for it.
    server.output.once('close', () => void settledWithin(server.exited, goingMs, this.#clock).then(() => this.close()))
    server.onExit((fate) => {
      this.fate = fate
      this.#lose()
    })
  }

  #read(line: string): void {
    let message: JSONRPCMessage
    try {
      message = this.#sdk.deserializeMessage(line)
    } catch (error) {
      // Some greet whoever starts them.
      this.onerror?.(error as Error)
      return
    }
    this.onmessage?.(message)
  }

  /** Rejects with a {@link Failure} if the server has certainly not got the message: its line has an end only when it is whole. */
  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      const undelivered = (cause?: unknown) => reject(new Failure('was gone already.', { undelivered: true, cause }))
      if (this.#input === undefined || this.#closed) return undelivered()
      this.#input.write(this.#sdk.serializeMessage(message), (error) => (error ? undelivered(error) : resolve()))
    })
  }

  async close(): Promise<void> {
    this.#lose()
    const server = await this.#server?.catch(() => undefined)
    await server?.end(this.#clock)
  }

  #lose(): void {
    if (this.#closed) return
    this.#closed = true
    this.onclose?.()
  }
}
