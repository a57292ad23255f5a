// Tools of MCP servers: described when the config is loaded, connected when first called, shared by all agents.
//   OPENAI_API_KEY=… node examples/mcp.ts "Echo hello."
import { createAgentCache } from 'rekindle'
import { type AgentConfig, endpointsFromEnvironment } from 'rekindle/agent-config'
import { aiSdkAgents } from 'rekindle/ai-sdk'
import { mcpServers } from 'rekindle/mcp'
import { agentRow } from './database.ts'

const everything = {
  command: 'npx',
  args: ['-y', '@modelcontextprotocol/server-everything'],
  env: { TOKEN: { $secret: 'TOKEN' } },
}

const mcp = mcpServers({
  // What a config may start is said in code: configs come from stores. Servers with a URL need no listing.
  localServers: [everything],
  // Secrets stay outside configs and store. What names one may hold the user's id: users never share a connection then.
  resolveSecret: (name) => process.env[name] ?? '',
  // A server that has changed its tools: its agents are made anew, on every worker.
  onToolsChanged: ({ tag }) => agents.invalidate({ tags: [tag] }),
})

const agents = createAgentCache({
  namespace: 'examples',
  async loadConfig({ agentId }, context) {
    const { model, instructions } = await agentRow(agentId)
    const config: AgentConfig = { version: 1, model, instructions, mcpServers: { everything } }
    return mcp.describeServers(config, context)
  },
  ...aiSdkAgents({ models: endpointsFromEnvironment(), mcp }),
})

const key = { agentId: 'echo', userId: 'ann', sessionId: 's-1', reasoning: false }
for (let turn = 0; turn < 2; turn++) {
  await using lease = await agents.acquire(key)
  const { textStream } = await lease.agent.stream({ prompt: process.argv[2] ?? 'Echo hello.' })
  for await (const text of textStream) process.stdout.write(text)
  process.stdout.write(` (agent from ${lease.source})\n`)
}
await agents.close()
await mcp.close()
