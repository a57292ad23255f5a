/** The part of one node-postgres 8 connection (`pg.Client`, or a client checked out of a pool) that installing calls. */
export interface PgQueryClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>
  /** Only a pool has it, and a pool runs each statement on any of its connections: no place for a transaction. */
  readonly totalCount?: never
}

/** The part of a node-postgres 8 `pg.Client` that listening calls. */
export interface PgListeningClient {
  connect(): Promise<unknown>
  query(text: string): Promise<{ readonly rows: unknown[] }>
  end(): Promise<unknown>
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'end', listener: () => void): unknown
  on(event: 'notification', listener: (message: PgNotification) => void): unknown
  unref?(): void
  readonly connection?: { readonly stream?: { destroy?(): unknown } }
}

interface PgNotification {
  readonly channel: string
  readonly payload?: string | undefined
}
