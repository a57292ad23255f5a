import { at, call } from './client.ts'

type JsonObject = { readonly [name: string]: unknown }

export interface AgentSummary {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly model: string
  readonly tools: readonly string[]
  readonly mcpServers?: readonly string[]
  readonly ownerId?: string | null
  readonly editable?: boolean
  readonly version: number
  readonly updatedAt: string
}

interface ToolUse {
  readonly name: string
  readonly options: JsonObject
}

/** All of an agent that can be edited. */
export interface AgentContent {
  readonly name: string
  readonly description: string
  readonly instructions: string
  /** `provider:model`; null: the server's default. */
  readonly model: string | null
  readonly settings: JsonObject
  readonly maxSteps: number
  readonly reasoning: string | null
  readonly tools: readonly ToolUse[]
  readonly mcpServers: readonly string[]
  /** null: everybody's. */
  readonly ownerId: string | null
}

export interface Agent extends AgentContent {
  readonly id: string
  readonly version: number
  readonly updatedAt: string
}

export interface Edited {
  readonly agent: Agent
  /** The next turn has it, on every worker. */
  readonly confirmed: boolean
  /** Workers that have not said so. Absent with `confirmed: false`: the store has not been told yet. */
  readonly unconfirmed?: readonly string[]
}

export interface AgentVersion {
  readonly version: number
  readonly editorId: string
  readonly createdAt: string
  readonly deleted: boolean
}

export const listAgents = async (signal?: AbortSignal): Promise<readonly AgentSummary[]> =>
  (await call<{ agents: AgentSummary[] }>('/api/agents', { ...(signal && { signal }) })).agents

export const getAgent = async (id: string): Promise<Agent> =>
  withDefaults((await call<{ agent: Agent }>(at`/api/agents/${id}`)).agent)

export const createAgent = (agent: { id?: string; name: string; instructions: string; shared?: boolean }): Promise<Edited> =>
  call('/api/agents', { method: 'POST', body: agent })

export const editAgent = async (id: string, edit: Partial<AgentContent> & { version: number }): Promise<Edited> =>
  edited(await call<Edited>(at`/api/agents/${id}`, { method: 'PUT', body: edit }))

export const deleteAgent = (id: string): Promise<void> => call(at`/api/agents/${id}`, { method: 'DELETE' })

export const listVersions = async (id: string): Promise<readonly AgentVersion[]> =>
  (await call<{ versions: AgentVersion[] }>(at`/api/agents/${id}/versions`)).versions

export const getVersion = async (id: string, version: number): Promise<Partial<AgentContent>> =>
  (await call<{ version: { content: Partial<AgentContent> | null } }>(at`/api/agents/${id}/versions/${String(version)}`)).version
    .content ?? {}

export const rollBack = async (id: string, version: number): Promise<Edited> =>
  edited(await call<Edited>(at`/api/agents/${id}/rollback`, { method: 'POST', body: { version } }))

function edited(answer: Edited): Edited {
  return { ...answer, agent: withDefaults(answer.agent) }
}

function withDefaults(agent: Agent): Agent {
  return { ...agent, mcpServers: agent.mcpServers ?? [], ownerId: agent.ownerId ?? null }
}
