import { once } from 'node:events'
import { Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Departure } from './cluster/messages.ts'
import type { Settings } from './settings.ts'
import type { RunningTurns } from './turns/running-turns.ts'

/** What the last requests may take to leave once all turns have ended. */
const closingMs = 1_000
/**
 * When another worker has taken its place, a worker that leaves serves what comes over the connections it has for so long. Each of
 * them is told with its next reply that it ends there, so hardly one is left to be closed while its client sends.
 */
const handingOverMs = 1_000

export interface ServingParts {
  readonly app: FastifyInstance
  readonly turns: RunningTurns
  readonly settings: Pick<Settings, 'drainMs' | 'shutdownDelayMs'>
}

/** Stops serving, in the order that costs clients least. Resolves to how many turns had to be cut off. */
export async function stopServing({ app, turns, settings }: ServingParts, because: Departure): Promise<number> {
  const { shutdownDelayMs, drainMs } = settings
  // Load balancers see by /readyz that it is going. Until they do, they send it requests.
  if (because === 'stop' && shutdownDelayMs > 0) await delay(shutdownDelayMs)
  const closed = stopListening(app)
  if (because === 'restart') await delay(handingOverMs)
  const cut = await turns.drain(drainMs)
  // Connections that are kept alive become idle one by one, as the last replies leave.
  app.server.closeIdleConnections()
  const idle = setInterval(() => app.server.closeIdleConnections(), 20)
  const late = setTimeout(() => app.server.closeAllConnections(), closingMs)
  await Promise.all([app.close(), closed])
  clearInterval(idle)
  clearTimeout(late)
  return cut
}

/** Accepts no more connections. `http.Server` would at once close those, too, over which nothing happens to be going on. */
async function stopListening({ server }: FastifyInstance): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  Server.prototype.close.call(server)
  await closed
}
