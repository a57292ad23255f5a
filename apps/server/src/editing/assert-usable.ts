import { agentConfigSchema, parseModelId } from 'rekindle/agent-config'
import type { JsonObject } from 'rekindle/agent-config'
import type { ServerModels } from '../models/models.ts'
import { invalidRequest } from '../parse-request.ts'
import type { ServerTool } from '../tools/server-tool.ts'
import type { ToolFactory } from '../tools/tool-registry.ts'
import type { AgentEdit } from './agent-edit.ts'

/** What agents can be made of in this server. */
export interface Registry {
  readonly providers: ServerModels['providers']
  readonly tools: Readonly<Record<string, ServerTool | ToolFactory>>
}

/**
 * Throws a `RequestError` naming the field of which no agent could be made here: this is the time to say so, not every turn
 * from now on. What the edit leaves alone is not judged.
 */
export async function assertUsable(edit: AgentEdit, { providers, tools }: Registry): Promise<void> {
  if (typeof edit.model === 'string') assertModel(edit.model, providers)
  if (edit.settings !== undefined) await assertSettings(edit.settings)
  for (const [at, tool] of edit.tools?.entries() ?? []) assertTool(tool, at, tools)
}

function assertModel(model: string, providers: Registry['providers']): void {
  const { provider: name, id } = parseModelId(model)
  const provider = Object.hasOwn(providers, name) ? providers[name] : undefined
  if (provider === undefined) {
    const known = Object.keys(providers).join(', ')
    throw invalidRequest({ path: ['model'], message: `This server has no such provider; it has ${known}.` })
  }
  try {
    provider.languageModel(id)
  } catch {
    // Most providers take any id, and find out when the model is called.
    throw invalidRequest({ path: ['model'], message: `The provider ${name} has no such model.` })
  }
}

/** As the cache will check every config that holds them. */
async function assertSettings(settings: JsonObject): Promise<void> {
  const config = { version: 1, model: 'any:model', settings }
  const { issues } = await agentConfigSchema['~standard'].validate(config)
  const [issue] = issues ?? []
  if (issue === undefined) return
  const path = (issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part))
  throw invalidRequest({ path, message: issue.message })
}

function assertTool({ name, options }: NonNullable<AgentEdit['tools']>[number], at: number, tools: Registry['tools']): void {
  const known = Object.hasOwn(tools, name) ? tools[name] : undefined
  if (known === undefined) {
    const names = Object.keys(tools).join(', ')
    throw invalidRequest({ path: ['tools', at], message: `This server has no such tool; it has ${names}.` })
  }
  if (typeof known === 'function' || Object.keys(options).length === 0) return
  throw invalidRequest({ path: ['tools', at, 'options'], message: 'This tool takes no options.' })
}
