import type { CacheSettings } from '../settings.ts'

/** How a cache would do with other settings. */
export interface Prediction {
  readonly setting: CacheSettings
  /** Of all requests, from 0 to 1. */
  readonly memoryHitRate: number
  /** Of those that memory does not answer. */
  readonly configHitRate: number
  /** Of all requests: those that memory or a config answers. */
  readonly withoutBuild: number
  /** In each worker. */
  readonly liveAgents: { readonly mean: number; readonly max: number }
  /** What the store keeps, on average; `bytes` is `undefined` where they are not known. */
  readonly store: { readonly entries: number; readonly bytes: number | undefined }
  /** Of all workers together. */
  readonly buildsPerHour: number
  /** What requests wait, together, for configs and builds. */
  readonly rebuildMsPerHour: number
}
