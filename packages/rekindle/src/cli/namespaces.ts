import type { RedisServerLink } from './redis-server-link.ts'
import type { Database } from './sqlite-reading.ts'

/** A large database is not searched to its end for a hint. */
const maxRounds = 50
const maxFound = 20

/** The first namespaces that have a clock, by name; none where that may not be asked, or on a cluster. */
export async function namespacesInRedis(link: RedisServerLink, keyPrefix: string): Promise<readonly string[]> {
  if (link.isCluster) return []
  const found = new Set<string>()
  let cursor = '0'
  try {
    for (let round = 0; round < maxRounds && found.size < maxFound; round++) {
      const escaped = keyPrefix.replaceAll(/[\\[\]*?^]/g, String.raw`\$&`)
      const reply = await link.send(['SCAN', cursor, 'MATCH', `${escaped}rekindle:{*}:clock`, 'COUNT', '1000'])
      const [next, keys] = reply as [string, string[]]
      for (const key of keys) found.add(key.slice(keyPrefix.length + 'rekindle:{'.length, -'}:clock'.length))
      cursor = next
      if (cursor === '0') break
    }
  } catch {
    // It is a hint only.
  }
  return [...found].sort()
}

export function namespacesInSqlite(database: Database): readonly string[] {
  const rows = database.prepare('SELECT namespace FROM rekindle_clocks ORDER BY namespace LIMIT ?').all(maxFound)
  return rows.map((row) => row['namespace'] as string)
}
