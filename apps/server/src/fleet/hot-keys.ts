import type { FastifyBaseLogger } from 'fastify'
import type { Agents } from '../agents.ts'
import { readHotKeys, saveHotKeys } from '../database/hot-keys.ts'
import type { HotKey } from '../database/hot-keys.ts'
import type { AppDatabase } from '../database/schema.ts'

const maxKeys = 500
const intervalMs = 60_000

export interface HotKeysParts {
  readonly db: AppDatabase
  readonly agents: Pick<Agents, 'liveAgents' | 'workers'>
  readonly log: Pick<FastifyBaseLogger, 'warn'>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** What is in use here, left in the database for workers that start later, on any machine. Only who and which, no content. */
export class HotKeys {
  readonly #parts: HotKeysParts
  #timer: NodeJS.Timeout | undefined

  constructor(parts: HotKeysParts) {
    this.#parts = parts
  }

  /** Saves them every minute: a worker that crashes says no more. Keeps no process alive. */
  keepSaving(): void {
    this.#timer = setInterval(() => void this.save(), intervalMs)
    this.#timer.unref()
  }

  /** Never rejects. */
  async save(): Promise<void> {
    const { db, agents, log, now } = this.#parts
    const keys = hotKeysOf(agents, now())
    if (keys.length === 0) return
    try {
      await saveHotKeys(db, agents.workers.name, keys, now())
    } catch (error) {
      log.warn({ err: error }, 'which agents are in use could not be saved; the next worker starts without them')
    }
  }

  /** What the workers of all machines were using, the latest used first. */
  read(): Promise<HotKey[]> {
    return readHotKeys(this.#parts.db, maxKeys, this.#parts.now())
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

function hotKeysOf(agents: Pick<Agents, 'liveAgents'>, now: number): HotKey[] {
  return agents.liveAgents({ limit: maxKeys }).flatMap(({ key: { agentId, userId, reasoning }, idleMs }) => {
    if (agentId === undefined || userId === undefined || reasoning === undefined) return []
    return [{ agentId, userId, reasoning, usedAt: Math.round(now - idleMs) }]
  })
}
