import type { ToolSet } from 'ai'
import type { AgentDefinition } from '../agent-config/agent-config.ts'
import type { NamedTool } from '../adapters/named-tool.ts'
import type { AgentTool } from './ai-sdk-agent.ts'

/** An agent's tools as the AI SDK takes them. */
export interface ToolRecord {
  readonly tools: ToolSet
  /** An object lists names that look like integers first; the model is to see the config's order. */
  readonly toolOrder: string[]
}

/** What agents of one config have in common is kept once, unless a factory has made one of their tools for each. */
export class ToolRecords {
  readonly #records = new WeakMap<AgentDefinition, ToolRecord>()

  of(definition: AgentDefinition, given: readonly NamedTool<AgentTool>[]): ToolRecord {
    const known = this.#records.get(definition)
    if (known !== undefined && given.every(({ name, tool }) => Object.hasOwn(known.tools, name) && known.tools[name] === tool)) {
      return known
    }
    const fresh = {
      // Not by assignment: a tool may be called __proto__.
      tools: Object.freeze(Object.fromEntries(given.map(({ name, tool }) => [name, tool]))),
      toolOrder: given.map(({ name }) => name),
    }
    Object.freeze(fresh.toolOrder)
    this.#records.set(definition, fresh)
    return fresh
  }
}
