import type { AgentConfig } from '../../src/agent-config/agent-config.ts'

export interface RecordedOrder {
  readonly baseURL: string
  /** Of the store that both processes use. */
  readonly path: string
  readonly servers: NonNullable<AgentConfig['mcpServers']>
  /** Whether this process loads configs, or must find them in the store. */
  readonly builds: boolean
}

export interface RecordedRun {
  readonly adapter: string
  readonly source: string
}
