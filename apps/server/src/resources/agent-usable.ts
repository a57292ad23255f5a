import type { JsonObject } from 'rekindle/agent-config'
import { agentConfigSchema, parseModelId } from 'rekindle/agent-config'
import { invalidRequest } from '../parse-request.ts'
import type { AgentContent } from './agent-content.ts'
import type { Changes, Registry } from './resource-kind.ts'

/** Throws a `RequestError` naming the field of which no agent could be made here: this is the time to say so, not every turn. */
export async function assertAgentUsable(changes: Changes<AgentContent>, { providers, tools }: Registry): Promise<void> {
  if (typeof changes.model === 'string') assertModelUsable(changes.model, providers, 'model')
  if (changes.settings !== undefined) await assertSettingsUsable(changes.settings)
  for (const [at, tool] of changes.tools?.entries() ?? []) assertTool(tool, at, tools)
}

export function assertModelUsable(model: string, providers: Registry['providers'], field: string): void {
  const { provider: name, id } = parseModelId(model)
  const provider = Object.hasOwn(providers, name) ? providers[name] : undefined
  if (provider === undefined) {
    const known = Object.keys(providers).join(', ')
    throw invalidRequest({ path: [field], message: `This server has no such provider; it has ${known}.` })
  }
  try {
    provider.languageModel(id)
  } catch {
    // Most providers take any id, and find out when the model is called.
    throw invalidRequest({ path: [field], message: `The provider ${name} has no such model.` })
  }
}

/** As the cache will check every config that holds them. */
export async function assertSettingsUsable(settings: JsonObject): Promise<void> {
  const config = { version: 1, model: 'any:model', settings }
  const { issues } = await agentConfigSchema['~standard'].validate(config)
  const [issue] = issues ?? []
  if (issue === undefined) return
  const path = (issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part))
  throw invalidRequest({ path, message: issue.message })
}

function assertTool({ name, options }: AgentContent['tools'][number], at: number, tools: Registry['tools']): void {
  const known = Object.hasOwn(tools, name) ? tools[name] : undefined
  if (known === undefined) {
    const names = Object.keys(tools).join(', ')
    throw invalidRequest({ path: ['tools', at], message: `This server has no such tool; it has ${names}.` })
  }
  if (typeof known === 'function' || Object.keys(options).length === 0) return
  throw invalidRequest({ path: ['tools', at, 'options'], message: 'This tool takes no options.' })
}
