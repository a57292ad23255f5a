import type { Clock } from '../clock.ts'
import { dayMs } from '../config/config-store.ts'
import type { ConfigStore } from '../store/config-store.ts'
import { sharing } from '../store/sharing.ts'
import { SqliteConnection } from './sqlite-connection.ts'

/** The options of {@link sqliteStore}. */
export interface SqliteStoreOptions {
  /** The database file. It and its folder are made if missing, readable by their owner only. Other tables in it are left alone. */
  readonly path: string
  /** For tests: the time by which entries expire. */
  readonly clock?: Pick<Clock, 'now'>
}

/**
 * The config tier in one SQLite file, for all processes of one machine. Uses `node:sqlite` in WAL mode: readers never wait
 * for a writer. Not for network file systems, on which WAL does not work.
 */
export function sqliteStore({ path, clock = Date }: SqliteStoreOptions): ConfigStore {
  return {
    name: 'sqlite',
    connect: (namespace, { retentionMs = dayMs } = {}) => new SqliteConnection(path, namespace, retentionMs, () => clock.now()),
    sharing,
  }
}
