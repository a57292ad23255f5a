import type { StoreListener } from '../config/config-store.ts'
import { clockOf } from './sqlite-clock.ts'
import type { SqliteFile } from './sqlite-file.ts'

/**
 * SQLite tells nobody of a change, but asking whether any other connection has committed one (`PRAGMA data_version`) is a look
 * into shared memory of a few microseconds. Often enough for others to notice within 50 ms.
 */
const lookEveryMs = 20

/** That one look takes, as the statement says. */
const maxMessages = 1_000

/** Listens for a worker of a namespace until the returned function is called. Does not keep the process from exiting. */
export function listenTo(file: SqliteFile, namespace: string, worker: string, listener: StoreListener): () => void {
  let seenVersion: unknown
  let seenClock: string | undefined
  let listening = false
  let looking = false

  const look = async (): Promise<void> => {
    const { news, clock, messages } = await file.run((statements) => {
      const { data_version: version } = statements.dataVersion.get() as Record<string, unknown>
      if (version === seenVersion) return { news: false }
      const row = statements.readClock.get(namespace)
      const messages = statements.receive.all(namespace, worker)
      const last = messages.at(-1)
      if (last !== undefined) statements.received.run(namespace, worker, last['id'] as number)
      // Last: with the database busy, all of this is done again. With more mail than one look takes, the next one goes on.
      if (messages.length < maxMessages) seenVersion = version
      return { news: true, clock: row === undefined ? undefined : clockOf(row), messages }
    })
    if (!listening) {
      listening = true
      listener.onListening()
    }
    if (!news) return
    const clockNow = clock && `${clock.history} ${clock.clock}`
    if (clock !== undefined && clockNow !== seenClock) {
      seenClock = clockNow
      listener.onClock(clock)
    }
    for (const { message } of messages ?? []) listener.onMessage(message as string)
  }

  const timer = setInterval(() => {
    if (looking) return
    looking = true
    void look()
      .catch(() => {
        // Whatever it was, what was missed is made up for when looking works again.
        listening = false
        seenVersion = undefined
      })
      .finally(() => (looking = false))
  }, lookEveryMs)
  timer.unref()
  return () => clearInterval(timer)
}
