import { inspect } from 'node:util'
import type { ToolReference } from '../agent-config/agent-config.ts'
import type { JsonObject } from '../agent-config/json-value.ts'
import { type ResolveSecret, resolveSecrets } from '../agent-config/secret-reference.ts'
import type { AgentKey } from '../agent-key.ts'
import { InvalidOptionsError, UnknownToolError, UnsupportedConfigError } from '../errors.ts'
import type { Making } from './framework-agents.ts'
import type { NamedTool } from './named-tool.ts'
import { isPart } from './parts.ts'

/** What a tool factory is given beside its options. */
export interface ToolContext {
  /** The fields of the key that `liveScope` lists; the others are not there, since agents are shared regardless of them. */
  readonly key: Partial<AgentKey>
  /** Aborted when making the agent has taken too long. */
  readonly signal: AbortSignal
}

/**
 * Makes a tool for one agent. `options` are those of the config's reference, or `{}`, with secrets in place; they come from
 * outside the code, so check them. A tool that holds something open carries a `Symbol.asyncDispose` or `Symbol.dispose`, which
 * is called once, when its agent is disposed.
 */
export type ToolFactory<Tool> = (options: JsonObject, context: ToolContext) => Tool | Promise<Tool>

/** The application's tools by name. A tool is shared by all agents as it is; a factory makes one for each. */
export type Tools<Tool> = { readonly [name: string]: Tool | ToolFactory<Tool> }

/** Tools of which the framework takes the name from the tool itself have this checked by `nameOf`. */
export class ToolRegistry<Tool extends object> {
  readonly #entries: ReadonlyMap<string, Tool | ToolFactory<Tool>>
  readonly #nameOf: ((tool: Tool) => string | undefined) | undefined
  readonly #resolveSecret: ResolveSecret | undefined

  /** Throws {@link InvalidOptionsError} for an entry that is neither tool nor factory, such as an import that was `undefined`. */
  constructor(tools: Tools<Tool>, resolveSecret: ResolveSecret | undefined, nameOf?: (tool: Tool) => string | undefined) {
    this.#entries = new Map(Object.entries(tools))
    this.#nameOf = nameOf
    this.#resolveSecret = resolveSecret
    for (const [name, entry] of this.#entries as ReadonlyMap<string, unknown>) {
      if (typeof entry === 'function') continue
      if (typeof entry === 'object' && entry !== null) this.#assertNamed(name, entry as Tool)
      else
        throw new InvalidOptionsError(
          'tools',
          `tools.${name} must be a tool or a function that makes one; got ${inspect(entry)}.`,
        )
    }
  }

  /** In the order of `references`, which stand at `path`. */
  async make(references: readonly ToolReference[], path: string, making: Making): Promise<NamedTool<Tool>[]> {
    const found = references.map((reference, index) => this.#find(reference, `${path}[${index}]`))
    const tools: NamedTool<Tool>[] = []
    for (const { name, path: where, entry, options } of found) {
      if (typeof entry !== 'function') {
        tools.push({ name, path: where, tool: entry })
        continue
      }
      const resolved = await resolveSecrets(options, `${where}.options`, this.#resolveSecret)
      const tool = await entry(resolved, { key: making.key, signal: making.signal })
      assertTool(name, tool)
      if (isPart(tool)) making.closeLater(tool)
      this.#assertNamed(name, tool)
      tools.push({ name, path: where, tool })
    }
    return tools
  }

  #find(reference: ToolReference, path: string) {
    const { name, options = {} } = typeof reference === 'string' ? { name: reference } : reference
    const entry = this.#entries.get(name)
    if (entry === undefined) throw new UnknownToolError(path, name, this.#entries.keys())
    if (typeof entry !== 'function' && Object.keys(options).length > 0) {
      throw new UnsupportedConfigError(
        `${path}.options`,
        `the tool '${name}' takes no options. Register a factory, (options) => tool, if it should.`,
      )
    }
    return { name, path, entry, options }
  }

  #assertNamed(name: string, tool: Tool): void {
    const own = this.#nameOf?.(tool) ?? name
    if (own === name) return
    throw new InvalidOptionsError('tools', `tools.${name} is a tool called ${inspect(own)}; register it under that name.`)
  }
}

/** A factory is the application's own code, and forgets a `return` as any other. */
function assertTool(name: string, tool: unknown): void {
  if ((typeof tool === 'object' && tool !== null) || typeof tool === 'function') return
  throw new InvalidOptionsError('tools', `the factory tools.${name} must give a tool; it gave ${inspect(tool, { depth: 0 })}.`)
}
