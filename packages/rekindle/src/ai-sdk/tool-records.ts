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

interface Kept {
  /** Not held: a factory may have made one of them for an agent that is gone. */
  readonly tools: WeakRef<ToolSet>
  readonly toolOrder: string[]
}

/** What agents of one config have in common is there once, unless a factory has made one of their tools for each. */
export class ToolRecords {
  readonly #kept = new WeakMap<AgentDefinition, Kept>()

  of(definition: AgentDefinition, given: readonly NamedTool<AgentTool>[]): ToolRecord {
    const kept = this.#kept.get(definition)
    const known = kept?.tools.deref()
    if (
      kept !== undefined &&
      known !== undefined &&
      given.every(({ name, tool }) => Object.hasOwn(known, name) && known[name] === tool)
    ) {
      return { tools: known, toolOrder: kept.toolOrder }
    }
    // Not by assignment: a tool may be called __proto__.
    const tools: ToolSet = Object.freeze(Object.fromEntries(given.map(({ name, tool }) => [name, tool])))
    const toolOrder = given.map(({ name }) => name)
    Object.freeze(toolOrder)
    this.#kept.set(definition, { tools: new WeakRef(tools), toolOrder })
    return { tools, toolOrder }
  }
}
