import type { Generated, Kysely } from 'kysely'

/**
 * The tables, as SQLite and PostgreSQL both hold them. Only `text` and `integer` columns: JSON and times are text and booleans
 * are 0 or 1, so that one set of queries reads the same values from either database.
 */
export interface Schema {
  users: UserRow
  models: ModelRow
  tools: ToolRow
  agents: AgentRow
  agent_tools: AgentToolRow
  mcp_servers: McpServerRow
  agent_mcp_servers: AgentMcpServerRow
  versions: VersionRow
  api_keys: ApiKeyRow
  sessions: SessionRow
  messages: MessageRow
  turns: TurnRow
  turn_chunks: TurnChunksRow
  hot_keys: HotKeysRow
}

export type AppDatabase = Kysely<Schema>

export interface UserRow {
  id: string
  display_name: string | null
  /** A BCP 47 tag: `de-DE`. */
  locale: string | null
  /** An IANA name: `Europe/Berlin`. */
  time_zone: string | null
  created_at: string
}

/** What has versions, each edit one more. */
interface Versioned {
  version: number
  updated_at: string
}

/** The same, with defaults from when there were none. */
interface VersionedLater {
  version: Generated<number>
  updated_at: Generated<string>
}

/** Models that an agent names, and any other whose settings are to be kept. */
interface ModelRow extends VersionedLater {
  /** `provider:model` */
  id: string
  /** JSON object: call settings of every agent that uses the model. */
  settings: string
}

export interface ToolRow extends VersionedLater {
  /** A name in the server's tool registry. */
  name: string
  description: string
  /** 0 takes the tool away from every agent. */
  enabled: number
}

export interface AgentRow extends Versioned {
  id: string
  /** The user whose alone it is; NULL: everybody's. */
  owner_id: string | null
  name: string
  description: string
  instructions: string
  /** `models.id`; NULL is the server's default model, whichever that is at the time. */
  model: string | null
  /** JSON object: call settings, over those of the model. */
  settings: string
  max_steps: number
  /** How hard the agent reasons when asked to; NULL leaves it to the key alone. */
  reasoning: string | null
}

export interface AgentToolRow {
  agent_id: string
  tool_name: string
  /** The order in which the model is shown the agent's tools. */
  position: number
  /** JSON object: how this agent has the tool set up. */
  options: string
}

export interface McpServerRow extends Versioned {
  name: string
  description: string
  /** JSON object: how to reach it, as in the `mcpServers` map of `AgentConfig`. Secrets are references. */
  config: string
  /** 0 takes its tools away from every agent. */
  enabled: number
}

interface AgentMcpServerRow {
  agent_id: string
  server_name: string
  position: number
}

/** What an agent, a model, a tool or an MCP server was at each of its versions. */
export interface VersionRow {
  kind: 'agent' | 'model' | 'tool' | 'mcp-server'
  id: string
  version: number
  /** JSON object; NULL: it was deleted. */
  content: string | null
  /** The user who made it so. */
  editor_id: string
  created_at: string
}

export interface ApiKeyRow {
  /** The part of the key that is no secret. */
  id: string
  /** SHA-256 of the whole key, in hex: the key itself is nowhere. */
  hash: string
  /** The service: its user is `service:` and this. */
  name: string
  role: 'user' | 'admin'
  created_at: string
  expires_at: string | null
}

/** A conversation. Its id is its client's choice, and means something only together with the user. */
interface SessionRow {
  user_id: string
  id: string
  /** The agent of its latest turn. */
  agent_id: string
  title: string
  created_at: string
  updated_at: string
}

interface MessageRow {
  user_id: string
  session_id: string
  /** From 0, without gaps. */
  position: number
  id: string
  /** JSON: the `UIMessage`. */
  content: string
  created_at: string
}

export interface TurnRow {
  user_id: string
  session_id: string
  /** Its client's choice: saying it again is no second turn. */
  id: string
  agent_id: string
  /** Of the message that is its reply. */
  reply_id: string
  state: 'running' | 'done' | 'failed' | 'cancelled' | 'lost'
  /** Which worker runs it. */
  worker: string
  started_at: number
  /** When its worker last said that it is alive. Milliseconds since 1970, by the database's clock if it has one. */
  beat_at: number
  /** What another worker asks of the one that runs it: `relay` its chunks through the database, or `cancel` it. */
  asked_to: 'relay' | 'cancel' | null
}

/** The reply of a running turn as far as it is known, for readers of other workers. */
interface TurnChunksRow {
  user_id: string
  session_id: string
  turn_id: string
  position: number
  /** JSON array of `UIMessageChunk`. */
  chunks: string
}

/** The agents that a worker was using when it last said so, for those that start after it. */
interface HotKeysRow {
  /** Host and process id. */
  worker: string
  /** Milliseconds since 1970. */
  saved_at: number
  /** JSON array of `[agentId, userId, reasoning, usedAt]`. */
  keys: string
}
