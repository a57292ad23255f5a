/** What a worker that reads configs can be told to do. Times are by the clock of `now()`. */
export type WorkerOrder =
  | { readonly type: 'open'; readonly redisPort: number; readonly way: WorkerWay }
  | { readonly type: 'begin' }
  | { readonly type: 'serve'; readonly at: number }
  | { readonly type: 'finish' }
  | { readonly type: 'idle'; readonly redisPort: number }
  | { readonly type: 'processor-time' }

export type WorkerWay = 'raw' | 'rekindle'

/** In a round, by each worker. */
export const sessionsOfWorker = 1_000

export interface Served {
  readonly began: number
  readonly ended: number
}
