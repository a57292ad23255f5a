import type { Tool } from 'ai'

/**
 * A tool as the registry keeps it, whatever its input. What it returns is a JSON object with a `summary`: the result in one
 * sentence, which a model can pass on as it stands.
 */
export type ServerTool = Tool

/** How an agent has a tool set up: `agent_tools.options`. Text from the database, so a tool checks what it reads of it. */
export type ToolOptions = Readonly<Record<string, unknown>>

/** What tools know of the world outside. */
export interface ToolContext {
  readonly now: () => number
}
