import type { ApplicationClient } from './clients.ts'
import { CheckedWorker, Origin, type WorkerOptions } from './checked-worker.ts'
import { defaultStoreTimeoutMs, type Expectation, expectations, type Fault } from './faults.ts'
import { OpenResources } from './open-resources.ts'
import { until } from './timing.ts'

/** Users of each agent. */
export const users: readonly number[] = [...Array(10).keys()]

/** Agents by what the workers have of them when the fault comes. */
export const inMemory = 'in memory'
export const inStore = 'in the store'
export const toBeEdited = 'to be edited'

/** Workers of one application, before, during and after one fault. */
export class World {
  readonly expectation: Expectation
  readonly storeTimeoutMs: number
  readonly client: ApplicationClient
  /** Keeps its agents in memory. */
  readonly warm: CheckedWorker
  /** Keeps none, so each request goes past memory. */
  readonly cold: CheckedWorker
  /** Has no store: what a request costs without. */
  readonly alone: CheckedWorker
  /** Is closed while the fault lasts. */
  readonly closing: CheckedWorker
  /** What `closing` has open. */
  readonly resources: OpenResources = new OpenResources()
  /** Of the process, which must not happen. */
  readonly accidents: unknown[] = []
  readonly #onAccident = (error: unknown): void => void this.accidents.push(error)

  constructor(fault: Fault<never>, namespace: string, client: ApplicationClient) {
    this.expectation = expectations[fault.effect]
    this.client = client
    const isDefault = fault.storeTimeoutMs === 'default'
    this.storeTimeoutMs = isDefault ? defaultStoreTimeoutMs : this.expectation.storeTimeoutMs
    const options: WorkerOptions = { namespace, ...(!isDefault && { storeTimeoutMs: this.storeTimeoutMs }) }
    const origin = new Origin()
    const live = { maxAgents: 0 }
    this.warm = new CheckedWorker(origin, { ...options, store: client.store() })
    this.cold = new CheckedWorker(origin, { ...options, store: client.store(), live })
    this.alone = new CheckedWorker(origin, { namespace, live })
    this.closing = this.resources.watch(() => new CheckedWorker(origin, { ...options, store: client.store(), live }))
    process.on('unhandledRejection', this.#onAccident).on('uncaughtException', this.#onAccident)
  }

  /** What can be had before the fault, or under one that was there first. */
  async prepare(storeAnswers: boolean): Promise<void> {
    const { warm, cold, stored } = this
    if (storeAnswers) {
      for (const worker of [warm, cold]) {
        await worker.ask('any', 0)
        await until(5_000, 'the store is there', () => worker.answered.has('sync'))
      }
      await until(5_000, 'the store has the configs', stored)
    } else await stored()
    for (const user of users) for (const agentId of [inMemory, toBeEdited]) await warm.ask(agentId, user)
  }

  /** Whether the store gives `closing` everything that it has put there. */
  readonly stored = async (): Promise<boolean> => {
    const sources = await this.resources.watch(() => Promise.all(users.map((user) => this.closing.ask(inStore, user))))
    return sources.every((source) => source === 'config')
  }

  async end(): Promise<void> {
    await Promise.all([this.warm, this.cold, this.alone, this.closing].map(({ cache }) => cache.close({ drainMs: 0 })))
    this.resources.stop()
    this.client.close()
    process.off('unhandledRejection', this.#onAccident).off('uncaughtException', this.#onAccident)
  }
}
