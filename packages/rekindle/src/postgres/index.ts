/** `rekindle/postgres`: the database itself says what has changed, whichever program changed it. */

export type { ChangeRule } from './change-rule.ts'
export { installTriggers, removeTriggers } from './install-triggers.ts'
export type { InstallTriggersOptions, RemoveTriggersOptions } from './install-triggers.ts'
export { listenForChanges } from './listen-for-changes.ts'
export type { ChangeListener, ListenForChangesOptions } from './listen-for-changes.ts'
export type { PgListeningClient, PgQueryClient } from './pg-client.ts'
