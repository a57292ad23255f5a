import { call } from './client.ts'

/** What an agent can be given. */
export interface Catalogue {
  readonly models: readonly { readonly id: string }[]
  /** Providers that are set up. */
  readonly providers: readonly string[]
  readonly defaultModel: string | undefined
  readonly tools: readonly CatalogueTool[]
  readonly mcpServers: readonly { readonly name: string; readonly description: string; readonly enabled: boolean }[]
}

interface CatalogueTool {
  readonly name: string
  readonly description: string
  readonly enabled: boolean
  readonly takesOptions?: boolean
}

export async function getCatalogue(): Promise<Catalogue> {
  const [models, tools, servers] = await Promise.all([
    call<{ models: Catalogue['models']; known?: string[]; defaultModel?: string }>('/api/models'),
    call<{ tools: CatalogueTool[] }>('/api/tools'),
    call<Pick<Catalogue, 'mcpServers'>>('/api/mcp-servers'),
  ])
  return {
    models: models.models,
    providers: models.known ?? [],
    defaultModel: models.defaultModel,
    tools: tools.tools,
    mcpServers: servers.mcpServers,
  }
}
