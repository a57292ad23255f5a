import type { DatabaseSync, StatementSync } from 'node:sqlite'

export type Statements = { readonly database: DatabaseSync } & Record<keyof typeof statements, StatementSync>

const statements = {
  // One statement, and so one instant, for the clock and the pointer.
  read: `SELECT c.history, c.clock, c.floor, p.pointer FROM rekindle_clocks c
    JOIN rekindle_targets t ON t.namespace = c.namespace AND t.target = ''
    LEFT JOIN rekindle_pointers p ON p.namespace = c.namespace AND p.id = ? AND p.expires_at > ? WHERE c.namespace = ?`,
  readBlob: 'SELECT blob FROM rekindle_blobs WHERE namespace = ? AND fingerprint = ? AND expires_at > ?',
  writePointer: `INSERT INTO rekindle_pointers (namespace, id, pointer, expires_at) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET pointer = excluded.pointer, expires_at = excluded.expires_at`,
  writeBlob: `INSERT INTO rekindle_blobs (namespace, fingerprint, blob, expires_at) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET blob = excluded.blob, expires_at = max(expires_at, excluded.expires_at)`,
  remove: 'DELETE FROM rekindle_pointers WHERE namespace = ? AND id = ?',

  readClock: 'SELECT history, clock, floor FROM rekindle_clocks WHERE namespace = ?',
  writeClock: `INSERT INTO rekindle_clocks (namespace, history, clock, floor) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET history = excluded.history, clock = excluded.clock, floor = excluded.floor`,
  writeTarget: `INSERT INTO rekindle_targets (namespace, target, clock) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET clock = excluded.clock`,
  targetsSince: 'SELECT target, clock FROM rekindle_targets WHERE namespace = ? AND clock > ? ORDER BY clock',
  // The newest of those that are too old, and of those beyond the number that is kept.
  newestToForget: `SELECT max(clock) AS clock FROM (
    SELECT max(clock) AS clock FROM rekindle_targets WHERE namespace = :namespace AND clock <= :since
    UNION ALL SELECT clock FROM (SELECT clock FROM rekindle_targets WHERE namespace = :namespace ORDER BY clock DESC LIMIT 1 OFFSET :kept))`,
  readTarget: 'SELECT clock FROM rekindle_targets WHERE namespace = ? AND target = ?',
  forgetTargets: 'DELETE FROM rekindle_targets WHERE namespace = ? AND clock > 0 AND clock <= ?',
  forgetHistory: 'DELETE FROM rekindle_targets WHERE namespace = ?',

  writeWorker: `INSERT INTO rekindle_workers (namespace, worker, history, clock, expires_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET history = excluded.history, clock = excluded.clock, expires_at = excluded.expires_at`,
  removeWorker: 'DELETE FROM rekindle_workers WHERE namespace = ? AND worker = ?',
  readWorker: 'SELECT clock FROM rekindle_workers WHERE namespace = ? AND worker = ?',
  workers: `SELECT worker, history, clock FROM rekindle_workers WHERE namespace = ? AND expires_at > ? AND worker <> ''`,
  forgetWorkers: 'DELETE FROM rekindle_workers WHERE namespace = ?',

  readClaim: 'SELECT claimant, history, clock, waiting, expires_at FROM rekindle_claims WHERE namespace = ? AND id = ?',
  writeClaim: `INSERT INTO rekindle_claims (namespace, id, claimant, history, clock, waiting, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET claimant = excluded.claimant, history = excluded.history, clock = excluded.clock,
      waiting = excluded.waiting, expires_at = excluded.expires_at`,
  removeClaim: 'DELETE FROM rekindle_claims WHERE namespace = ? AND id = ?',

  send: 'INSERT INTO rekindle_messages (namespace, worker, message, expires_at) VALUES (?, ?, ?, ?)',
  receive: 'SELECT id, message FROM rekindle_messages WHERE namespace = ? AND worker = ? ORDER BY id LIMIT 1000',
  received: 'DELETE FROM rekindle_messages WHERE namespace = ? AND worker = ? AND id <= ?',
  dataVersion: 'PRAGMA data_version',

  sweepPointers: `DELETE FROM rekindle_pointers WHERE (namespace, id) IN
    (SELECT namespace, id FROM rekindle_pointers WHERE expires_at <= ? LIMIT ?)`,
  sweepBlobs: 'DELETE FROM rekindle_blobs WHERE rowid IN (SELECT rowid FROM rekindle_blobs WHERE expires_at <= ? LIMIT ?)',
  sweepWorkers: 'DELETE FROM rekindle_workers WHERE expires_at <= ?',
  sweepClaims: 'DELETE FROM rekindle_claims WHERE expires_at <= ?',
  sweepMessages: 'DELETE FROM rekindle_messages WHERE expires_at <= ?',
} as const

export function prepare(database: DatabaseSync): Statements {
  const prepared = Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)] as const)
  return { database, ...(Object.fromEntries(prepared) as Record<keyof typeof statements, StatementSync>) }
}
