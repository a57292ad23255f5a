import type { Redis } from 'ioredis'

/** How many commands a Redis has carried out since it started, those of scripts included, but not this question. */
export async function commandCount(client: Redis): Promise<number> {
  const stats = await client.info('commandstats')
  return [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)]
    .filter(([, command]) => command !== 'info')
    .reduce((total, [, , calls]) => total + Number(calls), 0)
}

/** How often these have been asked for a key that they had, since they started. */
export async function keysFound(clients: readonly Redis[]): Promise<number> {
  const stats = await Promise.all(clients.map((client) => client.info('stats')))
  return stats.reduce((total, text) => total + Number(/^keyspace_hits:(\d+)/m.exec(text)?.[1]), 0)
}

/** Of all keys with what they hold, and of the table of their expiry: what Redis would give back if it were emptied. */
export async function bytesOf(client: Redis): Promise<number> {
  const keys = await client.keys('*')
  const sizes = await Promise.all(keys.map((key) => client.memory('USAGE', key)))
  const tables = fields(fields(await client.call('MEMORY', 'STATS')).get('db.0'))
  return sizes.reduce<number>((total, bytes) => total + (bytes ?? 0), Number(tables.get('overhead.hashtable.expires')))
}

/** Redis answers with names and values in turns. */
function fields(reply: unknown): Map<string, unknown> {
  const flat = reply as readonly unknown[]
  return new Map(flat.flatMap((name, at) => (at % 2 === 0 ? [[String(name), flat[at + 1]] as const] : [])))
}
