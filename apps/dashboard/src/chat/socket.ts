import { type ReadonlySignal, signal } from '@preact/signals'

/** `waiting`: to try again, for `untilMs` (by this machine's clock) at most. */
export type SocketState =
  | { readonly state: 'idle' | 'connecting' | 'open' }
  | { readonly state: 'waiting'; readonly attempt: number; readonly untilMs: number }

/** What of a WebSocket is used. */
export type Wire = Pick<WebSocket, 'send' | 'close' | 'onopen' | 'onmessage' | 'onclose'>

export interface SocketParts {
  readonly connect: () => Wire
  readonly now: () => number
  /** The returned function takes it back. */
  readonly after: (ms: number, call: () => void) => () => void
  readonly random: () => number
}

export interface SocketListener {
  /** Connected, for the first time or again: what was said before may not have arrived. */
  opened(): void
  heard(message: unknown): void
  /** The server knows no longer who this is. It is not tried again. */
  signedOut(): void
}

const firstDelayMs = 500
const longestDelayMs = 10_000
/** A connection that says nothing for so long is asked whether it lives, and has as long to answer. */
const silenceMs = 20_000
const signedOutCode = 4401

/** One connection to the server, made again whenever it breaks. */
export class ChatSocket {
  readonly #parts: SocketParts
  readonly #listener: SocketListener
  readonly #state = signal<SocketState>({ state: 'idle' })
  #wire: Wire | undefined
  #attempt = 0
  #cancelTimer = (): void => {}

  constructor(parts: SocketParts, listener: SocketListener) {
    this.#parts = parts
    this.#listener = listener
  }

  get state(): ReadonlySignal<SocketState> {
    return this.#state
  }

  /** Connects, at once also when it waits to try again; nothing if it is connected. */
  open(): void {
    if (this.#wire !== undefined) return
    this.#cancelTimer()
    this.#state.value = { state: 'connecting' }
    const wire = (this.#wire = this.#parts.connect())
    wire.onopen = () => {
      this.#attempt = 0
      this.#state.value = { state: 'open' }
      this.#watch(wire)
      this.#listener.opened()
    }
    wire.onmessage = ({ data }: { data: unknown }) => {
      this.#watch(wire)
      const message = read(data)
      if (message !== undefined) this.#listener.heard(message)
    }
    wire.onclose = ({ code }: { code: number }) => this.#lost(wire, code)
  }

  /** False: it is not connected, and `message` will not arrive. */
  say(message: object): boolean {
    if (this.#wire === undefined || this.#state.value.state !== 'open') return false
    this.#wire.send(JSON.stringify(message))
    return true
  }

  /** `lost` may come twice: from here, of a connection whose end nobody tells, and when it is told after all. */
  #lost(wire: Wire, code: number): void {
    if (this.#wire !== wire) return
    this.#wire = undefined
    this.#cancelTimer()
    if (code === signedOutCode) {
      this.#state.value = { state: 'idle' }
      return this.#listener.signedOut()
    }
    const attempt = ++this.#attempt
    // Not all who were cut off at once come back at once.
    const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1)) * (0.5 + this.#parts.random() / 2)
    this.#state.value = { state: 'waiting', attempt, untilMs: this.#parts.now() + delay }
    this.#cancelTimer = this.#parts.after(delay, () => this.open())
  }

  #watch(wire: Wire): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#parts.after(silenceMs, () => {
      this.say({ type: 'ping' })
      this.#cancelTimer = this.#parts.after(silenceMs, () => {
        wire.close()
        this.#lost(wire, 1006)
      })
    })
  }
}

function read(data: unknown): unknown {
  try {
    return JSON.parse(String(data))
  } catch {
    return undefined
  }
}
