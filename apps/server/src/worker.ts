import type { FastifyInstance } from 'fastify'
import { createAgents } from './agents.ts'
import { tellPrimary } from './cluster/messages.ts'
import type { PrimaryMessage } from './cluster/messages.ts'
import { openDatabase } from './database/open-database.ts'
import { InvalidationRetry } from './editing/invalidation-retry.ts'
import { createHttpServer, declareRoutes } from './http/app.ts'
import { answers } from './http/health-routes.ts'
import { errorText } from './log/error-text.ts'
import { logOptions } from './log/log-options.ts'
import { modelsFromEnvironment } from './models/models.ts'
import type { Environment } from './models/provider-environment.ts'
import { readSettings } from './settings.ts'
import type { Settings } from './settings.ts'
import { openStore, StoreProbe } from './store.ts'
import { createTools } from './tools/tool-registry.ts'
import { RunningTurns } from './turns/running-turns.ts'
import { cookieSecretOf } from './visitors/cookie-secret.ts'

/** What the last requests may take to leave, and the agents to be closed, once all turns have ended. */
const closingMs = 1_000
/** PostgreSQL accepts a hundred connections by default; all workers together leave it some. */
const connectionBudget = 80

/** A process that serves: it opens what it needs, listens, and closes everything in the opposite order. */
export async function runWorker(environment: Environment): Promise<void> {
  // The terminal sends it to the whole group; the primary decides what follows.
  process.on('SIGINT', () => {})
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
  const app = createHttpServer(logOptions(settings, environment))
  surviveAccidents(app)
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
  const agents = createAgents({ db, models, store, log: app.log })
  const retry = new InvalidationRetry({
    invalidate: (agentId) => agents.invalidate({ agentId }),
    log: app.log,
    random: Math.random,
  })
  const probe = new StoreProbe(store)
  const { defaultModel, providers } = models
  const registry = { providers, tools: createTools({ now: Date.now }) }
  const cookieSecret = cookieSecretOf(settings)
  await declareRoutes(app, { settings, cookieSecret, db, defaultModel, agents, registry, retry, probe, turns })

  let leaving: Promise<void> | undefined
  const leave = async (): Promise<void> => {
    const cut = await stopServing(app, turns, settings.drainMs)
    await retry.close()
    await agents.close({ drainMs: closingMs })
    await probe.close()
    await db.destroy()
    process.exit(cut === 0 ? 0 : 1)
  }
  const drain = (): void => void (leaving ??= leave())
  process.on('SIGTERM', drain)
  process.on('message', (message: PrimaryMessage) => message.type === 'drain' && drain())

  await app.listen({ host: settings.host, port: settings.port })
  const storeAnswers = (await answers(() => probe.ask(), closingMs)) === undefined
  await tellPrimary({ type: 'ready', storeAnswers })
}

/** Accepts nothing new, lets turns in progress finish, and resolves to how many of them had to be cut off. */
async function stopServing(app: FastifyInstance, turns: RunningTurns, drainMs: number): Promise<number> {
  const closed = new Promise<void>((resolve) => app.server.close(() => resolve()))
  const cut = await turns.drain(drainMs)
  // Connections that are kept alive become idle one by one, as the last replies leave.
  const idle = setInterval(() => app.server.closeIdleConnections(), 20)
  const late = setTimeout(() => app.server.closeAllConnections(), closingMs)
  await Promise.all([app.close(), closed])
  clearInterval(idle)
  clearTimeout(late)
  return cut
}

/**
 * Failures outside of any request. A rejection leaves everything in order. After an exception nobody knows: the worker
 * finishes its turns, and goes.
 */
function surviveAccidents(app: FastifyInstance): void {
  process.on('unhandledRejection', (error) => app.log.error({ err: error }, 'a failure that nobody waited for'))
  process.on('uncaughtException', (error) => {
    app.log.fatal({ err: error }, 'an error that nobody caught; this worker finishes its turns and is replaced')
    process.kill(process.pid, 'SIGTERM')
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
