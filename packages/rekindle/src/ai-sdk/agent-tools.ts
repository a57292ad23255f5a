import { inspect } from 'node:util'
import type { ToolSet } from 'ai'
import type { AgentKey } from '../agent-key.ts'
import type { ToolReference } from '../agent-config/agent-config.ts'
import type { JsonObject } from '../agent-config/json-value.ts'
import { type ResolveSecret, resolveSecrets } from '../agent-config/secret-reference.ts'
import { InvalidOptionsError, UnknownToolError, UnsupportedConfigError } from '../errors.ts'

export type AgentTool = ToolSet[string]

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
 * is called once, when its agent is disposed of.
 */
export type ToolFactory = (options: JsonObject, context: ToolContext) => AgentTool | Promise<AgentTool>

/** The application's tools by name. A tool is shared by all agents as it is; a factory makes one for each. */
export type Tools = { readonly [name: string]: AgentTool | ToolFactory }

export type ToolRegistry = ReadonlyMap<string, AgentTool | ToolFactory>

/** The tools of one agent. */
export interface AgentTools {
  readonly tools: ToolSet
  /** Those made for this agent that hold something open. */
  readonly open: readonly (AgentTool & Partial<AsyncDisposable & Disposable>)[]
}

/** Throws {@link InvalidOptionsError} for an entry that is neither tool nor factory, such as an import that was `undefined`. */
export function toolRegistry(tools: Tools): ToolRegistry {
  const registry = new Map(Object.entries(tools))
  for (const [name, entry] of registry as Map<string, unknown>) {
    if (typeof entry === 'function' || (typeof entry === 'object' && entry !== null)) continue
    throw new InvalidOptionsError('tools', `tools.${name} must be a tool or a function that makes one; got ${inspect(entry)}.`)
  }
  return registry
}

/** In the order of `references`. What was opened before a failure is closed again. */
export async function makeTools(
  references: readonly ToolReference[],
  registry: ToolRegistry,
  context: ToolContext,
  resolveSecret: ResolveSecret | undefined,
): Promise<AgentTools> {
  const found = references.map((reference, index) => find(reference, `$.tools[${index}]`, registry))
  const open: AgentTool[] = []
  const entries: [name: string, tool: AgentTool][] = []
  try {
    for (const { name, path, entry, options } of found) {
      if (typeof entry !== 'function') {
        entries.push([name, entry])
        continue
      }
      const tool = await entry(await resolveSecrets(options, `${path}.options`, resolveSecret), context)
      if (isDisposable(tool)) open.push(tool)
      entries.push([name, tool])
    }
  } catch (error) {
    // The caller is owed the reason for the failure; what goes wrong while clearing up would only hide it.
    await closeTools(open).catch(() => {})
    throw error
  }
  // Not by assignment: a tool may be called __proto__.
  return { tools: Object.fromEntries(entries), open }
}

function find(reference: ToolReference, path: string, registry: ToolRegistry) {
  const { name, options = {} } = typeof reference === 'string' ? { name: reference } : reference
  const entry = registry.get(name)
  if (entry === undefined) throw new UnknownToolError(path, name, registry.keys())
  if (typeof entry !== 'function' && Object.keys(options).length > 0) {
    throw new UnsupportedConfigError(
      `${path}.options`,
      `the tool '${name}' takes no options. Register a factory, (options) => tool, if it should.`,
    )
  }
  return { name, path, entry, options }
}

function isDisposable(tool: AgentTool & Partial<AsyncDisposable & Disposable>): boolean {
  return typeof tool[Symbol.asyncDispose] === 'function' || typeof tool[Symbol.dispose] === 'function'
}

/** Closes all of them, whichever fail; then rejects if any did. */
export async function closeTools(tools: AgentTools['open']): Promise<void> {
  const results = await Promise.allSettled(
    tools.map(async (tool) => (tool[Symbol.asyncDispose] ?? tool[Symbol.dispose])?.call(tool)),
  )
  const errors = results.filter((result) => result.status === 'rejected').map((result): unknown => result.reason)
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} tools of an agent could not be closed.`)
}
