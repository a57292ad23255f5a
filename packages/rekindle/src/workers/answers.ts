import type { Clock } from '../clock.ts'
import type { GuardedStore } from '../resilience/guarded-store.ts'
import { encodeMail, maxMailLength, type WorkerMail } from './worker-mail.ts'
import { type Question, readQuestion } from './question.ts'

/** At once, and within a second. A dashboard that asks again gets its answer; a flood of questions is not worth a worker. */
const maxAtOnce = 4
const maxPerSecond = 50

/** A letter that comes again within this time came twice. After that, the answer may have been lost. */
const repeatMs = 100

/** What a worker can say to a question: the whole of it first, then ever less, for where there is not room for more. */
export type Answer = (question: Question) => Iterable<unknown>

/** The same from what may have to be loaded first. */
export type LateAnswer = (question: Question) => Promise<Iterable<unknown>>

/** Answers what other workers ask of this one: to those who asked, and to nobody else. */
export class Answers {
  readonly #worker: string
  readonly #store: GuardedStore
  readonly #clock: Clock
  readonly #answer: LateAnswer
  /** Being answered. */
  readonly #open = new Set<string>()
  /** Within {@link #second}, and when. */
  readonly #answered = new Map<string, number>()
  #second = 0

  constructor(worker: string, store: GuardedStore, clock: Clock, answer: LateAnswer) {
    this.#worker = worker
    this.#store = store
    this.#clock = clock
    this.#answer = answer
  }

  /** Never throws, nor rejects. */
  async hear({ from, id, room, question }: Extract<WorkerMail, { type: 'ask' }>): Promise<void> {
    const name = JSON.stringify([from, id])
    if (this.#open.has(name) || this.#open.size >= maxAtOnce || this.#store.down) return
    const asked = readQuestion(question)
    if (asked === undefined || !this.#isDue(name)) return
    this.#open.add(name)
    try {
      const mail = this.#write(id, await this.#answer(asked), Math.min(room, maxMailLength))
      if (mail !== undefined) await this.#store.writeBehind('an answer', (connection) => connection.send(from, mail))
    } catch {
      // A watcher of the application's own. Who asks finds that this worker is silent.
    } finally {
      this.#open.delete(name)
    }
  }

  #isDue(name: string): boolean {
    const now = this.#clock.now()
    const second = Math.floor(now / 1_000)
    if (second !== this.#second) this.#answered.clear()
    this.#second = second
    if (now - (this.#answered.get(name) ?? -Infinity) < repeatMs || this.#answered.size >= maxPerSecond) return false
    this.#answered.set(name, now)
    return true
  }

  #write(id: string, answers: Iterable<unknown>, room: number): string | undefined {
    for (const answer of answers) {
      const mail = encodeMail({ type: 'answer', from: this.#worker, id, answer })
      if (mail.length <= room) return mail
    }
    return undefined
  }
}
