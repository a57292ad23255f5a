import type { Identity } from '../src/identity/identity.ts'
import { modelsFromEnvironment } from '../src/models/models.ts'
import type { Registry } from '../src/resources/resource-kind.ts'
import { createTools } from '../src/tools/tool-registry.ts'

export const admin = identity('service:admin', 'admin')
export const ada = identity('ada', 'user')
export const eve = identity('eve', 'user')

function identity(userId: string, role: 'user' | 'admin'): Identity {
  return { userId, role, via: 'development', expiresAt: undefined }
}

/** No server is asked: a config has what its rows say of how to reach them. */
export const silentServers: Registry['toolServers'] = {
  localNames: ['files'],
  hasSecret: (name) => name === 'CRM_TOKEN',
  describe: async (setups) =>
    Object.fromEntries(
      Object.entries(setups).map(([name, setup]) => [
        name,
        { url: 'url' in setup ? setup.url : `local:${setup.local}`, tools: [] },
      ]),
    ),
}

/** A server with the models of two providers, all tools, and no MCP server that is asked anything. */
export async function registryForTests(): Promise<Registry> {
  const { providers, defaultModel } = await modelsFromEnvironment({ OPENAI_API_KEY: 'k', REKINDLE_MODEL: 'offline:small' })
  return { providers, defaultModel, tools: createTools({ now: Date.now }), toolServers: silentServers }
}
