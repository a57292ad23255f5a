import type { FastifyBaseLogger } from 'fastify'
import { createAgentCache } from 'rekindle'
import type { AgentCache, ConfigStore } from 'rekindle'
import { createAdvisor } from 'rekindle/advisor'
import type { AgentConfig, JsonValue } from 'rekindle/agent-config'
import { aiSdkAgents } from 'rekindle/ai-sdk'
import type { AiSdkAgent } from 'rekindle/ai-sdk'
import { agentScopes } from './agent-scopes.ts'
import { loadAgentConfig } from './database/load-agent-config.ts'
import type { AppDatabase } from './database/schema.ts'
import type { ToolServers } from './mcp/tool-servers.ts'
import type { ServerModels } from './models/models.ts'
import type { Settings } from './settings.ts'
import { createTools } from './tools/tool-registry.ts'

export type Agents = AgentCache<AgentConfig, AiSdkAgent>

export interface AgentParts {
  readonly db: AppDatabase
  readonly models: ServerModels
  readonly toolServers: ToolServers
  readonly store: ConfigStore
  readonly settings: Pick<Settings, 'cache' | 'keep' | 'autoTune' | 'auditRate'>
  /** What other workers are told of this one. */
  readonly describeWorker: () => JsonValue
  readonly log: FastifyBaseLogger
}

/** To be raised when what `loadAgentConfig` makes of the same rows changes. */
const assembly = 1

/** Store failures come with every request while the store is down; one line in this time is enough. */
const storeLogIntervalMs = 10_000

/** The agents of the database, live in this worker and as configs in the store. */
export function createAgents({ db, models, toolServers, store, settings, describeWorker, log }: AgentParts): Agents {
  const { providers, defaultModel } = models
  const { cache, autoTune, auditRate } = settings
  const { configTtlMs, liveTtlMs, idleMs, maxAgents } = settings.keep
  const agents = createAgentCache({
    ...agentScopes,
    ...aiSdkAgents({
      models: providers,
      tools: createTools({ now: Date.now }),
      mcp: toolServers,
      // By default errors of a stream are printed, with the whole request. They are logged where the stream is read.
      agentSettings: { onError: () => {} },
    }),
    loadConfig: (key, context) => loadAgentConfig({ db, defaultModel, toolServers }, key, context),
    // The default model is in no row, but in the config of every agent that names none.
    configVersion: `${assembly}:${defaultModel}`,
    describeWorker,
    configTtlMs,
    live: { ttlMs: liveTtlMs, idleMs, maxAgents: cache === 'off' ? 0 : maxAgents },
    advisor: createAdvisor({ ...(autoTune && { autoTune, target: autoTune.target }) }),
    auditRate,
    ...(cache === 'full' && { store }),
  })
  logEvents(agents, log)
  return agents
}

function logEvents(agents: Agents, log: FastifyBaseLogger): void {
  const agentOf = ({ agentId, reasoning }: { agentId?: string; reasoning?: boolean | string }) => ({ agentId, reasoning })
  agents.on('created', ({ key, source, reason, durationMs }) => {
    log.debug({ ...agentOf(key), source, reason, durationMs }, 'agent made')
  })
  agents.on('config-refused', ({ key, reason, detail }) => log.info({ ...agentOf(key), reason, detail }, 'config refused'))
  agents.on('config-not-stored', ({ key, path, message }) => log.warn({ ...agentOf(key), path, message }, 'config not stored'))
  agents.on('config-ignored', ({ key, path, message }) => log.warn({ ...agentOf(key), path, message }, 'config ignored in part'))
  agents.on('refresh-failed', ({ key, error }) => log.warn({ ...agentOf(key), err: error }, 'refresh failed'))
  agents.on('stale-served', ({ key, error }) => log.warn({ ...agentOf(key), err: error }, 'stale config served'))
  agents.on('dispose-failed', ({ key, error }) => log.error({ ...agentOf(key), err: error }, 'agent not closed'))
  agents.on('describe-failed', ({ error }) => log.error({ err: error }, 'this worker could not be described to others'))
  agents.on('listener-failed', ({ event, error }) => log.error({ event, err: error }, 'listener failed'))
  agents.on('tuned', (change) => log.info(change, 'agents are kept for another time'))
  agents.on('audited', ({ key: { agentId }, outcome }) => {
    if (outcome === 'inconsistent') log.warn({ agentId }, 'an agent was served that is not what the database has')
    if (outcome === 'unstable') log.warn({ agentId }, 'what is loaded for an agent differs each time')
  })

  agents.on('unsynced', ({ error }) => log.warn({ err: error }, 'the store does not answer; agents are served without it'))
  agents.on('synced', () => log.warn('the store answers again'))
  let silentUntil = 0
  agents.on('store-error', ({ operation, error }) => {
    if (performance.now() < silentUntil) return
    silentUntil = performance.now() + storeLogIntervalMs
    log.warn({ operation, err: error }, 'the store failed')
  })
}
