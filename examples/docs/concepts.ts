// What docs/concepts.md shows of scopes and leases.
import { createAgentCache } from 'rekindle'

const prompts = new Map([['support', 'I am support.']])

// #region scopes
const agents = createAgentCache({
  namespace: 'shop',
  configScope: ['agentId'], // one config per agent: loadConfig gets agentId, and nothing else
  liveScope: ['agentId', 'userId'], // one live agent per agent and user: createAgent gets these two
  loadConfig: ({ agentId }) => ({ prompt: prompts.get(agentId) ?? '' }),
  createAgent: ({ prompt }, { userId }) => ({ greet: () => `${prompt} Hello, ${userId}.` }),
})
// #endregion scopes

const key = { agentId: 'support', userId: 'ann', sessionId: 's-1', reasoning: false }

// #region leases
await agents.use(key, (agent) => agent.greet()) // a request: the lease ends with the work

{
  await using lease = await agents.acquire({ ...key, sessionId: 's-2' }) // a connection: the lease ends with the block
  console.log(lease.source, lease.agent.greet()) // memory: the session is in no scope
}

const agent = await agents.getOrBuild(key) // no lease: for agents that have nothing to close
// #endregion leases
console.log(agent.greet())

// #region confirm
await agents.invalidate({ agentId: 'support' }, { confirm: true }) // resolves when every live worker has dropped it
// #endregion confirm
await agents.use(key, (_, lease) => console.log(lease.source, lease.reason))
await agents.close()
