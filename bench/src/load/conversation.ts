import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Served, Tally } from './tally.ts'
import { userToken } from './user-token.ts'

/** A user without a whole reply by then has lost it. */
const patienceMs = 30_000

interface Turn {
  readonly id: string
  readonly expected: string
  text: string
  served: Served | undefined
  ended: boolean
  readonly done: PromiseWithResolvers<'end' | 'refused' | 'late'>
}

interface Message {
  readonly type: string
  readonly id?: string
  readonly chunk?: { readonly type: string; readonly delta?: string; readonly messageMetadata?: { readonly rekindle?: Served } }
  readonly message?: { readonly parts: readonly { readonly type: string; readonly text?: string }[] }
  readonly error?: { readonly code: string }
}

export interface ConversationOptions {
  readonly url: string
  readonly secret: string
  readonly userId: string
  readonly tally: Tally
}

/** One user in one conversation over a WebSocket, which asks sums, knows the answers, and comes back when it is cut off. */
export class Conversation {
  readonly #options: ConversationOptions
  readonly #sessionId = randomUUID()
  readonly #finished = new Set<string>()
  #socket: WebSocket | undefined
  #turn: Turn | undefined
  #asked = 0
  #left = false

  constructor(options: ConversationOptions) {
    this.#options = options
  }

  /** Resolves once it is connected. */
  async open(): Promise<void> {
    const { url, secret, userId } = this.#options
    const headers = { authorization: `Bearer ${userToken(userId, secret)}` }
    // Node's own takes headers, which the standard's type does not know.
    const options = { headers } as unknown as string[]
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, options)
    const opened = Promise.withResolvers<void>()
    socket.addEventListener('open', () => opened.resolve())
    socket.addEventListener('message', ({ data }) => this.#hear(JSON.parse(String(data)) as Message))
    socket.addEventListener('close', () => {
      opened.reject(new Error('The server refused or closed the connection.'))
      if (this.#socket === socket) void this.#comeBack()
    })
    socket.addEventListener('error', () => {})
    await opened.promise
    this.#socket = socket
  }

  async #comeBack(): Promise<void> {
    if (this.#left) return
    this.#options.tally.reconnected++
    this.#socket = undefined
    for (let attempt = 0; ; attempt++) {
      await delay(Math.min(1_000, 25 * 2 ** attempt) * (0.5 + Math.random()))
      if (this.#left) return
      try {
        await this.open()
        break
      } catch {
        // Not yet.
      }
    }
    const turn = this.#turn
    if (turn === undefined || turn.ended) return
    this.#options.tally.resumed++
    this.#say({ type: 'resume', id: turn.id, sessionId: this.#sessionId })
  }

  #say(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  #ask({ id }: Turn): void {
    const text = `What is ${this.#asked} * 7?`
    const message = { id: `${id}-question`, role: 'user', parts: [{ type: 'text', text }] }
    this.#say({ type: 'turn', id, agentId: 'assistant', sessionId: this.#sessionId, message })
  }

  /** One turn, counted if `measured`. */
  async turn(measured: boolean): Promise<void> {
    const { tally } = this.#options
    this.#asked++
    const done: Turn['done'] = Promise.withResolvers()
    const turn: Turn = {
      id: randomUUID(),
      expected: String(this.#asked * 7),
      text: '',
      served: undefined,
      ended: false,
      done,
    }
    this.#turn = turn
    const started = performance.now()
    this.#ask(turn)
    const timer = setTimeout(() => done.resolve('late'), patienceMs)
    const outcome = await done.promise
    clearTimeout(timer)
    this.#finished.add(turn.id)
    if (!measured && outcome === 'end') return
    tally.turns++
    if (outcome === 'late') tally.error('no end')
    if (outcome === 'refused') return
    const whole = new RegExp(`\\b${turn.expected}\\b`).test(turn.text)
    if (outcome === 'late' || !whole) tally.lost++
    else if (turn.served !== undefined) tally.reply(turn.served, performance.now() - started)
  }

  #hear({ type, id, chunk, message, error }: Message): void {
    const turn = this.#turn
    if (turn === undefined || id !== turn.id) {
      if (type === 'end' && id !== undefined && this.#finished.has(id)) this.#options.tally.repeated++
      return
    }
    if (chunk?.type === 'start') {
      // A reply that is told again begins anew.
      turn.text = ''
      turn.served = chunk.messageMetadata?.rekindle
    }
    if (chunk?.type === 'text-delta') turn.text += chunk.delta
    if (chunk?.type === 'error') this.#options.tally.error('failed half-way')
    if (type === 'reply') turn.text = message!.parts.map(({ text }) => text ?? '').join('')
    if (type === 'end') {
      if (turn.ended) this.#options.tally.repeated++
      turn.ended = true
      turn.done.resolve('end')
    }
    if (type === 'error') this.#refused(turn, error!.code)
  }

  #refused(turn: Turn, code: string): void {
    // The server has not heard of it, or cannot take it up now: it is said again, as a user's program would.
    if (code === 'turn-not-found' || code === 'stopping') {
      setTimeout(() => this.#ask(turn), 50 + 100 * Math.random())
      return
    }
    this.#options.tally.error(code)
    turn.done.resolve('refused')
  }

  leave(): void {
    this.#left = true
    this.#socket?.close()
  }
}
