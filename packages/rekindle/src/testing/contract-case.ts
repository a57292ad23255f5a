import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Claim, SeenClock, StoreClock, StoreConnection, StoreEntry, StoreListener } from '../config/config-store.ts'
import type { ConfigStore } from '../store/config-store.ts'

/** One promise of the {@link ConfigStore} port. */
export interface ContractCase {
  /** What is promised, fit for a test's name. */
  readonly promise: string
  /** Rejects if `store` breaks the promise. `store` may be shared by all cases and hold other data. */
  check(store: ConfigStore): Promise<void>
}

/** Nothing seen yet. */
export const nothing: SeenClock = { history: 'none', clock: 0 }

export function claim(changes: Partial<Claim>): Claim {
  return { claimant: 'claimant', worker: 'worker', ttlMs: 60_000, asOf: nothing, ...changes }
}

/** Waits for what may take a moment, and must not take long. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 5_000; !(await condition()); await delay(2)) {
    assert.ok(Date.now() < deadline, 'not within 5 s')
  }
}

export function listenTo(connection: StoreConnection, worker: string): Listening {
  const heard: Listening = { listening: 0, clocks: [], mail: [], stop: () => {} }
  heard.stop = connection.listen(worker, {
    onListening: () => heard.listening++,
    onClock: (clock, step) => void heard.clocks.push({ clock, step }),
    onMessage: (message) => void heard.mail.push(message),
  })
  return heard
}

/**
 * Has mail sent, and waits until it has come. What is sent while a listener has to connect again may be lost, and is sent anew
 * when it listens. Returns whether that was so: then what was sent before may come late, beside what was sent anew.
 */
export async function undisturbed(heard: readonly Listening[], send: () => Promise<() => boolean>): Promise<boolean> {
  const connected = () => heard.reduce((sum, { listening }) => sum + listening, 0)
  for (let disturbed = false; ; disturbed = true) {
    const before = connected()
    for (const { mail } of heard) mail.length = 0
    const hasCome = await send()
    await until(() => hasCome() || connected() !== before)
    if (connected() === before) return disturbed
  }
}

/** What a listener has heard so far. */
export interface Listening {
  listening: number
  readonly clocks: Heard[]
  readonly mail: string[]
  stop: () => void
}

interface Heard {
  readonly clock: StoreClock
  readonly step: Parameters<StoreListener['onClock']>[1]
}

interface ContractWorld {
  /** A connection to a namespace of this case's own, which has a clock. */
  readonly open: (suffix?: string) => Promise<StoreConnection>
  /** One that has made no call yet. */
  readonly connect: (suffix?: string) => StoreConnection
}

let worlds = 0

export function contract(promise: string, check: (world: ContractWorld) => Promise<void>): ContractCase {
  return {
    promise,
    async check(store) {
      const namespace = `contract-${process.pid}-${Date.now()}-${worlds++}`
      const connections: StoreConnection[] = []
      try {
        const connect = (suffix = '') => {
          const connection = store.connect(namespace + suffix)
          connections.push(connection)
          return connection
        }
        const open = async (suffix = '') => {
          const connection = connect(suffix)
          await connection.read('none')
          return connection
        }
        await check({ connect, open })
      } finally {
        await Promise.all(connections.map((connection) => connection.close()))
      }
    },
  }
}

export function entry(changes: Partial<StoreEntry> = {}): StoreEntry {
  return { id: 'id', pointer: '{"f":"print"}', fingerprint: 'print', blob: '{"name":"agent"}', ttlMs: 60_000, ...changes }
}

export function sorted(targets: readonly (readonly [string, number])[]): (readonly [string, number])[] {
  return [...targets].sort(([a], [b]) => (a < b ? -1 : 1))
}
