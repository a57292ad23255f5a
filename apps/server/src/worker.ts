import type { FastifyInstance } from 'fastify'
import { createAgents } from './agents.ts'
import type { Agents } from './agents.ts'
import { tellPrimary } from './cluster/messages.ts'
import type { Departure, PrimaryMessage } from './cluster/messages.ts'
import type { HotKey } from './database/hot-keys.ts'
import { openDatabase } from './database/open-database.ts'
import { InvalidationRetry } from './editing/invalidation-retry.ts'
import { aboutThisProcess } from './fleet/about.ts'
import { keepFindings } from './fleet/findings.ts'
import { AgentUsage } from './fleet/agent-usage.ts'
import { HotKeys } from './fleet/hot-keys.ts'
import { warmUp } from './fleet/warm-up.ts'
import { declareRoutes } from './http/app.ts'
import type { Standing } from './http/health-routes.ts'
import { createHttpServer } from './http/http-server.ts'
import { answers } from './http/part-check.ts'
import { cookieSecretOf } from './identity/cookie-secret.ts'
import { endConnectionsWhenLeaving, stopServing } from './leaving.ts'
import { errorText } from './log/error-text.ts'
import { logOptions } from './log/log-options.ts'
import { readLocalServers } from './mcp/local-servers.ts'
import { ToolServers } from './mcp/tool-servers.ts'
import { modelsFromEnvironment } from './models/models.ts'
import type { Environment } from './models/provider-environment.ts'
import { readSettings } from './settings.ts'
import type { Settings } from './settings.ts'
import { openStore, StoreProbe } from './store.ts'
import { createTools } from './tools/tool-registry.ts'
import { RunningTurns } from './turns/running-turns.ts'

/** What agents may take to be closed once all turns have ended, and the store to answer at the start. */
const closingMs = 1_000
/** What everything may take to be closed: less than the primary waits before it ends the process. */
const closingAllMs = 4_000
/** PostgreSQL accepts a hundred connections by default; all workers together leave it some. */
const connectionBudget = 80

/** A process that serves: it opens what it needs, listens, and closes everything in the opposite order. */
export async function runWorker(environment: Environment): Promise<void> {
  // A terminal sends it to the whole group, and so may whoever wants a rolling restart; the primary decides what follows.
  for (const signal of ['SIGINT', 'SIGUSR2']) process.on(signal, () => {})
  try {
    await serve(readSettings(environment), environment)
  } catch (error) {
    const { message, hopeless } = startFailure(error)
    await tellPrimary({ type: 'failed', message, hopeless })
    process.exit(1)
  }
}

async function serve(settings: Settings, environment: Environment): Promise<void> {
  const turns = new RunningTurns()
  const standing: Standing = { leaving: false }
  const app = createHttpServer(settings, logOptions(settings, environment))
  let leave = (_because: Departure): void => process.exit(1)
  surviveAccidents(app, () => leave('restart'))
  const [models, db, store] = await Promise.all([
    modelsFromEnvironment(environment),
    openDatabase({
      url: settings.databaseUrl,
      path: settings.databasePath,
      maxConnections: Math.max(2, Math.min(8, Math.floor(connectionBudget / settings.workers))),
      onConnectionLost: (error) => app.log.warn({ err: error }, 'a connection to the database was lost'),
    }),
    openStore(settings),
  ])
  globalThis.AI_SDK_LOG_WARNINGS = ({ warnings, model }) => app.log.info({ warnings, model }, 'the AI SDK warns')
  const now = Date.now
  const usage = new AgentUsage()
  const toolServers = new ToolServers({
    local: readLocalServers(settings.localMcpServers),
    environment,
    onToolsChanged: (tag) => agents.invalidate({ tags: [tag] }),
    log: app.log,
  })
  const agents = createAgents({
    db,
    models,
    toolServers,
    store,
    settings,
    log: app.log,
    describeWorker: () => about(),
  })
  const sockets = (): number => app.websocketServer?.clients.size ?? 0
  const findings = keepFindings(agents, now)
  const about = aboutThisProcess({ agents, usage, findings, turns: () => turns.count, sockets, now })
  const hotKeys = new HotKeys({ db, agents, log: app.log, now })
  const retry = new InvalidationRetry({
    invalidate: (target) => agents.invalidate(target),
    log: app.log,
    random: Math.random,
  })
  const probe = new StoreProbe(store)
  const { defaultModel, providers } = models
  const registry = { providers, defaultModel, tools: createTools({ now }), toolServers }
  const cookieSecret = cookieSecretOf(settings)
  endConnectionsWhenLeaving(app, standing)
  await declareRoutes(app, {
    settings,
    cookieSecret,
    db,
    agents,
    registry,
    retry,
    probe,
    turns,
    standing,
    usage,
  })

  let left: Promise<void> | undefined
  const leaveNow = async (because: Departure): Promise<void> => {
    hotKeys.stop()
    const saved = answers(() => hotKeys.save(), closingMs)
    const [cut] = await Promise.all([stopServing({ app, turns, standing, settings }, because), saved])
    // What hangs is not waited for: it ends with the process.
    await answers(async () => {
      await retry.close()
      await agents.close({ drainMs: closingMs })
      await toolServers.close()
      await probe.close()
      await db.destroy()
    }, closingAllMs)
    process.exit(cut === 0 ? 0 : 1)
  }
  leave = (because) => void (left ??= leaveNow(because))
  process.on('SIGTERM', () => leave('stop'))
  process.on('message', (message: PrimaryMessage) => {
    if (message.type === 'leave') leave(message.because)
    else void hotKeys.save().then(() => tellPrimary({ type: 'handed-over' }))
  })

  const storeAnswers = (await answers(() => probe.ask(), closingMs)) === undefined
  // Without the store each agent would cost a full build, and the database is busy enough then.
  if (storeAnswers && settings.cache === 'full') await warm(settings.warmMs, hotKeys, agents)
  if (standing.leaving) return
  // Whoever asks the others can be found by them, too; it may be long until this one serves an agent.
  await agents.workers.stats({ timeoutMs: 0 })
  await app.listen({ host: settings.host, port: settings.port })
  hotKeys.keepSaving()
  await tellPrimary({ type: 'ready', storeAnswers })
}

/** Brings into memory what the workers before this one were using, as far as that is possible within `ms`. */
async function warm(ms: number, hotKeys: HotKeys, agents: Agents): Promise<void> {
  const signal = AbortSignal.timeout(ms)
  let keys: readonly HotKey[] = []
  await answers(async () => (keys = await hotKeys.read()), ms)
  await warmUp({ agents, keys, signal, tell: (progress) => void tellPrimary({ type: 'warming', ...progress }) })
}

/**
 * Failures outside of any request. A rejection leaves everything in order. After an exception nobody knows: the worker
 * finishes its turns, and goes.
 */
function surviveAccidents(app: FastifyInstance, leave: () => void): void {
  process.on('unhandledRejection', (error) => app.log.error({ err: error }, 'a failure that nobody waited for'))
  process.on('uncaughtException', (error) => {
    app.log.fatal({ err: error }, 'an error that nobody caught; this worker finishes its turns and is replaced')
    leave()
  })
}

function startFailure(error: unknown): { message: string; hopeless: boolean } {
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number }
  switch (code) {
    case 'EADDRINUSE':
      return { message: `port ${port} of ${address} is in use. Set PORT to another one.`, hopeless: true }
    case 'EACCES':
      return { message: `port ${port} of ${address} may not be used by this user. Set PORT to one above 1023.`, hopeless: true }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return { message: `this machine has no address ${address ?? 'of that name'}. Set HOST to one it has.`, hopeless: true }
    default:
      return { message: errorText(error), hopeless: false }
  }
}
