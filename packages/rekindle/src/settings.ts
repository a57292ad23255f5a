/** How long configs and agents are kept. An advisor may change them while the cache runs (`autoTune`). */
export interface CacheSettings {
  readonly configTtlMs: number
  /** `live.ttlMs` */
  readonly liveTtlMs: number
  /** `live.idleMs` */
  readonly idleMs: number
  /** `live.maxAgents` */
  readonly maxAgents: number
}
