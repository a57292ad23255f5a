/** `rekindle/sqlite`: the config tier in a SQLite file, for all processes of one machine. */

export { sqliteStore } from './sqlite-store.ts'
export type { SqliteStoreOptions } from './sqlite-store.ts'
