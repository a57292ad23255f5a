import type { AgentConfig } from 'rekindle/agent-config'

export interface FrameworkOrder {
  readonly name: string
  readonly redisPort: number
  readonly servers: NonNullable<AgentConfig['mcpServers']>
}

/** Of one operation: the median of its batches. */
export interface Cost {
  readonly us: number
  /** Allocated, garbage included. */
  readonly bytes: number
}

/** What one process found of one framework. */
export interface FrameworkFindings {
  readonly importMs: number
  /** Everything made for one request, as the framework's documentation shows it. */
  readonly naive: Cost
  readonly memory: Cost
  readonly config: Cost
  /** `createAgent` and `disposeAgent` alone, without cache and store. */
  readonly create: Cost
  /** With one MCP server over stdio and one over HTTP. */
  readonly mcp: { readonly naive: Cost; readonly memory: Cost; readonly config: Cost; readonly create: Cost }
  /** What one agent keeps: the framework's own object, the adapter's, and one in the cache with its entry. */
  readonly bareBytes: number
  readonly madeBytes: number
  readonly cachedBytes: number
}
