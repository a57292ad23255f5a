import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { createAgents } from './agents.ts'
import type { Agents } from './agents.ts'
import { openDatabase } from './database/open-database.ts'
import type { AppDatabase } from './database/schema.ts'
import { InvalidationRetry } from './editing/invalidation-retry.ts'
import { aboutThisProcess } from './fleet/about.ts'
import { AgentUsage } from './fleet/agent-usage.ts'
import { keepFindings } from './fleet/findings.ts'
import { HotKeys } from './fleet/hot-keys.ts'
import { readLocalServers } from './mcp/local-servers.ts'
import { ToolServers } from './mcp/tool-servers.ts'
import { modelsFromEnvironment } from './models/models.ts'
import type { Environment } from './models/provider-environment.ts'
import type { Registry } from './resources/resource-kind.ts'
import type { Settings } from './settings.ts'
import { openStore, StoreProbe } from './store.ts'
import { createTools } from './tools/tool-registry.ts'
import { RunningTurns } from './turns/running-turns.ts'

/** What agents may take to be closed once all turns have ended. */
const drainMs = 1_000
/** PostgreSQL accepts a hundred connections by default; all workers together leave it some. */
const connectionBudget = 80

/** What a worker has open while it serves. */
export interface WorkerParts {
  readonly db: AppDatabase
  readonly agents: Agents
  readonly registry: Registry
  readonly toolServers: ToolServers
  readonly turns: RunningTurns
  readonly usage: AgentUsage
  readonly hotKeys: HotKeys
  readonly retry: InvalidationRetry
  readonly probe: StoreProbe
}

export async function openParts(app: FastifyInstance, settings: Settings, environment: Environment): Promise<WorkerParts> {
  const { log } = app
  const now = Date.now
  const [models, db, store] = await Promise.all([
    modelsFromEnvironment(environment),
    openDatabaseOfWorker(settings, log),
    openStore(settings),
  ])
  const toolServers = new ToolServers({
    local: readLocalServers(settings.localMcpServers),
    environment,
    onToolsChanged: (tag) => agents.invalidate({ tags: [tag] }),
    log,
  })
  const agents = createAgents({ db, models, toolServers, store, settings, log, describeWorker: () => about() })
  const turns = new RunningTurns()
  const usage = new AgentUsage()
  const findings = keepFindings(agents, now)
  const sockets = (): number => app.websocketServer?.clients.size ?? 0
  const about = aboutThisProcess({ agents, usage, findings, turns: () => turns.count, sockets, now })
  const { providers, defaultModel } = models
  return {
    db,
    agents,
    registry: { providers, defaultModel, tools: createTools({ now }), toolServers },
    toolServers,
    turns,
    usage,
    hotKeys: new HotKeys({ db, agents, log, now }),
    retry: new InvalidationRetry({ invalidate: (target) => agents.invalidate(target), log, random: Math.random }),
    probe: new StoreProbe(store),
  }
}

/** In the opposite order: what needs another part goes before it. */
export async function closeParts({ retry, agents, toolServers, probe, db }: WorkerParts): Promise<void> {
  await retry.close()
  await agents.close({ drainMs })
  await toolServers.close()
  await probe.close()
  await db.destroy()
}

function openDatabaseOfWorker(settings: Settings, log: FastifyBaseLogger): Promise<AppDatabase> {
  return openDatabase({
    url: settings.databaseUrl,
    path: settings.databasePath,
    maxConnections: Math.max(2, Math.min(8, Math.floor(connectionBudget / settings.workers))),
    onConnectionLost: (error) => log.warn({ err: error }, 'a connection to the database was lost'),
  })
}
