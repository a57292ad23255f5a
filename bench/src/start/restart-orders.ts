/** How a process that has just started comes to its agents. */
export type RestartWay = 'builds' | 'raw' | 'redis' | 'sqlite'

/** Serve all {@link restartAgents}: answered with {@link Restarted}. */
export interface RestartOrder {
  readonly way: RestartWay
  readonly redisPort: number
  readonly sqlitePath: string
}

/** Milliseconds from before the first import. */
export interface Restarted {
  readonly firstMs: number
  readonly allMs: number
}

export const restartAgents = 500
export const loadMs = 20
export const restartNamespace = 'restart'

/** What the raw client stores under, by session. */
export function rawName(sessionId: string): string {
  return `raw:${sessionId}`
}
