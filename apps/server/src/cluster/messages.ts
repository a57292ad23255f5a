/** How far a worker has got with the agents that were in use before it. */
export interface Warming {
  readonly done: number
  readonly of: number
}

/** What a worker tells the primary. */
export type WorkerMessage =
  | ({ readonly type: 'warming' } & Warming)
  /** The worker that takes its place can know what is in use here. */
  | { readonly type: 'handed-over' }
  /** It accepts connections. */
  | { readonly type: 'ready'; readonly storeAnswers: boolean }
  /** It cannot start, and goes. `hopeless`: another worker would fail in the same way. */
  | { readonly type: 'failed'; readonly message: string; readonly hopeless: boolean }

/** Why a worker is to leave. `stop`: the whole server does. `restart`: another worker has taken its place already. */
export type Departure = 'stop' | 'restart'

/** What the primary tells a worker. */
export type PrimaryMessage =
  /** Say for your successor what is in use. */
  | { readonly type: 'hand-over' }
  /** Finish what is running, then go. */
  | { readonly type: 'leave'; readonly because: Departure }

/** Does nothing when the primary is gone: then there is nobody to tell. */
export function tellPrimary(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) return resolve()
    process.send(message, undefined, undefined, () => resolve())
  })
}
