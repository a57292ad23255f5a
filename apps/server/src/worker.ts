import type { FastifyBaseLogger } from 'fastify'
import { tellPrimary } from './cluster/messages.ts'
import type { Departure, PrimaryMessage } from './cluster/messages.ts'
import type { HotKey } from './database/hot-keys.ts'
import type { HotKeys } from './fleet/hot-keys.ts'
import { warmUp } from './fleet/warm-up.ts'
import { declareRoutes } from './http/app.ts'
import { createHttpServer } from './http/http-server.ts'
import { answers } from './http/part-check.ts'
import { cookieSecretOf } from './identity/cookie-secret.ts'
import { endConnectionsWhenLeaving, Leaving } from './leaving.ts'
import { errorText } from './log/error-text.ts'
import { logOptions } from './log/log-options.ts'
import type { Environment } from './models/provider-environment.ts'
import { readSettings } from './settings.ts'
import type { Settings } from './settings.ts'
import { closeParts, openParts } from './worker-parts.ts'
import type { WorkerParts } from './worker-parts.ts'

/** What the store may take to answer at the start. */
const storeMs = 1_000

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
  const app = createHttpServer(settings, logOptions(settings, environment))
  globalThis.AI_SDK_LOG_WARNINGS = ({ warnings, model }) => app.log.info({ warnings, model }, 'the AI SDK warns')
  // Until it can serve there is nothing to finish.
  let leave = (_because: Departure): void => process.exit(1)
  surviveAccidents(app.log, () => leave('restart'))

  const parts = await openParts(app, settings, environment)
  const leaving = new Leaving({ ...parts, app, settings, close: () => closeParts(parts) })
  endConnectionsWhenLeaving(app, leaving)
  await declareRoutes(app, { ...parts, settings, cookieSecret: cookieSecretOf(settings), standing: leaving })
  leave = (because) => leaving.begin(because)
  obeyPrimary(leave, parts.hotKeys)

  const { agents, hotKeys, probe } = parts
  const storeAnswers = (await answers(() => probe.ask(), storeMs)) === undefined
  // Without the store each agent would cost a full build, and the database is busy enough then.
  if (storeAnswers && settings.cache === 'full') await warm(settings.warmMs, parts)
  if (leaving.leaving) return
  // Whoever asks the others can be found by them, too; it may be long until this one serves an agent.
  await agents.workers.stats({ timeoutMs: 0 })
  await app.listen({ host: settings.host, port: settings.port })
  hotKeys.keepSaving()
  await tellPrimary({ type: 'ready', storeAnswers })
}

/** Goes when it is told to, and leaves word of what is in use when another is to take its place. */
function obeyPrimary(leave: (because: Departure) => void, hotKeys: Pick<HotKeys, 'save'>): void {
  process.on('SIGTERM', () => leave('stop'))
  process.on('message', (message: PrimaryMessage) => {
    if (message.type === 'leave') leave(message.because)
    else void hotKeys.save().then(() => tellPrimary({ type: 'handed-over' }))
  })
}

/** Brings into memory what the workers before this one were using, as far as that is possible within `ms`. */
async function warm(ms: number, { agents, hotKeys }: Pick<WorkerParts, 'agents' | 'hotKeys'>): Promise<void> {
  const signal = AbortSignal.timeout(ms)
  let keys: readonly HotKey[] = []
  await answers(async () => (keys = await hotKeys.read()), ms)
  await warmUp({ agents, keys, signal, tell: (progress) => void tellPrimary({ type: 'warming', ...progress }) })
}

/**
 * Failures outside of any request. A rejection leaves everything in order. After an exception nobody knows: the worker
 * finishes its turns, and goes.
 */
function surviveAccidents(log: FastifyBaseLogger, leave: () => void): void {
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a failure that nobody waited for'))
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an error that nobody caught; this worker finishes its turns and is replaced')
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
