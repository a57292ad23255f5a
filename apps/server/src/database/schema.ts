import type { Kysely } from 'kysely'

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

/** Models that an agent names, and any other whose settings are to be kept. */
interface ModelRow {
  /** `provider:model` */
  id: string
  /** JSON object: call settings of every agent that uses the model. */
  settings: string
}

export interface ToolRow {
  /** A name in the server's tool registry. */
  name: string
  description: string
  /** 0 takes the tool away from every agent. */
  enabled: number
}

export interface AgentRow {
  id: string
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
  /** Counts the edits of this agent. */
  version: number
  updated_at: string
}

export interface AgentToolRow {
  agent_id: string
  tool_name: string
  /** The order in which the model is shown the agent's tools. */
  position: number
  /** JSON object: how this agent has the tool set up. */
  options: string
}
