import { z } from 'zod'
import type { AppDatabase } from './schema.ts'

/** Older lists say nothing of what is asked for now. */
const keptMs = 3_600_000
/** Lists that are read: those of a large fleet, or of a smaller one that has been restarted a few times. */
const maxLists = 64

/** An agent of a user, which was in use. */
export interface HotKey {
  readonly agentId: string
  readonly userId: string
  readonly reasoning: boolean | string
  /** Milliseconds since 1970. */
  readonly usedAt: number
}

const savedKeys = z.array(z.tuple([z.string(), z.string(), z.union([z.boolean(), z.string()]), z.number()]))

/** Keeps `keys` as those of `worker`, in place of what it had said before. */
export async function saveHotKeys(db: AppDatabase, worker: string, keys: readonly HotKey[], now: number): Promise<void> {
  const list = JSON.stringify(keys.map(({ agentId, userId, reasoning, usedAt }) => [agentId, userId, reasoning, usedAt]))
  const row = { saved_at: now, keys: list }
  await db
    .insertInto('hot_keys')
    .values({ worker, ...row })
    .onConflict((conflict) => conflict.column('worker').doUpdateSet(row))
    .execute()
  await db
    .deleteFrom('hot_keys')
    .where('saved_at', '<', now - keptMs)
    .execute()
}

/** What all workers were using lately, the latest used first and at most `limit`. */
export async function readHotKeys(db: AppDatabase, limit: number, now: number): Promise<HotKey[]> {
  const rows = await db
    .selectFrom('hot_keys')
    .select('keys')
    .where('saved_at', '>=', now - keptMs)
    .orderBy('saved_at', 'desc')
    .limit(maxLists)
    .execute()
  const latest = new Map<string, HotKey>()
  for (const [agentId, userId, reasoning, usedAt] of rows.flatMap((row) => parsed(row.keys))) {
    const name = JSON.stringify([agentId, userId, reasoning])
    if ((latest.get(name)?.usedAt ?? -Infinity) < usedAt) latest.set(name, { agentId, userId, reasoning, usedAt })
  }
  return [...latest.values()].toSorted((one, other) => other.usedAt - one.usedAt).slice(0, limit)
}

/** Of another release, or edited by hand: then it is as if there were none. */
function parsed(text: string): z.output<typeof savedKeys> {
  try {
    return savedKeys.parse(JSON.parse(text))
  } catch {
    return []
  }
}
