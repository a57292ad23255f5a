import { mkdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { styleText } from 'node:util'
import type { DatabaseChanges } from './changes/follow-changes.ts'
import { freePort } from './cluster/free-port.ts'
import { RollingRestart } from './cluster/rolling-restart.ts'
import { onStopSignals } from './cluster/stop-signals.ts'
import { WarmingLine } from './cluster/warming-line.ts'
import { WorkerPool } from './cluster/worker-pool.ts'
import { openDatabase } from './database/open-database.ts'
import { seedSampleAgents } from './database/sample-agents.ts'
import { cookieSecretOf } from './identity/cookie-secret.ts'
import { errorText } from './log/error-text.ts'
import { redactor } from './log/redactor.ts'
import type { Environment } from './models/provider-environment.ts'
import { readEnvironment } from './models/provider-environment.ts'
import { readSettings, shownUrl } from './settings.ts'
import type { Settings } from './settings.ts'
import { startReport } from './start-report.ts'

/** What the report waits for the first word of the database. */
const firstWordMs = 1_000

/**
 * The process that serves nothing itself: it prepares what workers share, starts them, replaces those that die, listens to the
 * database for them, and says what is going on. All of its output but errors goes to stdout, the log of the workers to stderr.
 */
export async function runPrimary(environment: Environment): Promise<void> {
  try {
    await start(environment)
  } catch (error) {
    process.stderr.write(`Rekindle cannot start: ${errorText(error)}\n`)
    process.exit(1)
  }
}

async function start(environment: Environment): Promise<void> {
  const settings = readSettings(environment)
  const models = readEnvironment(environment)
  await prepareFiles(settings)
  const seeded = await prepareDatabase(settings)
  const changes = await changesOf(settings, redactor(environment))
  const firstWord = Promise.race([changes?.ready, delay(firstWordMs)])
  const port = settings.port === 0 ? await freePort(settings.host) : settings.port

  const warming = new WarmingLine({ write: (text) => process.stdout.write(text), isTerminal: process.stdout.isTTY, now })
  const say = linesOn(process.stdout, warming)
  const warn = linesOn(process.stderr, warming)
  const pool = poolOf(settings, port, warming, warn)
  const rolling = new RollingRestart({ pool, say, warn, now })
  process.on('SIGUSR2', () => {
    if (pool.isReady) void rolling.begin()
    else say('The workers are only just starting.')
  })
  onStopSignals({
    stop: () => void stop(pool, changes, settings),
    stopNow(exitCode) {
      pool.kill()
      process.exit(exitCode)
    },
  })
  const { storeAnswers } = await pool.start()
  warming.end()
  const readyMs = now()
  // As a rule it came before the workers were ready. After it no agent that is built now has to be built again.
  await firstWord
  const otherEdits = changes?.otherEdits
  const { pid } = process
  const facts = { settings, port, models, seeded, storeAnswers, otherEdits, readyMs, pid, here: process.cwd() }
  // Plain where it is not a terminal that reads.
  process.stdout.write(startReport(facts, (style, text) => styleText(style, text, { stream: process.stdout })))
}

const now = (): number => performance.now()

/** What all workers read, and what is wrong with it, said once. */
async function prepareFiles(settings: Settings): Promise<void> {
  const { localMcpServers, dataDir } = settings
  if (localMcpServers !== undefined) (await import('./mcp/local-servers.ts')).readLocalServers(localMcpServers)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  cookieSecretOf(settings)
}

/** Writes whole lines, in the place of one that shows progress. */
function linesOn(stream: NodeJS.WriteStream, warming: WarmingLine): (line: string) => void {
  return (line) => {
    warming.end()
    stream.write(`${line}\n`)
  }
}

function poolOf(settings: Settings, port: number, warming: WarmingLine, warn: (line: string) => void): WorkerPool {
  return new WorkerPool({
    size: settings.workers,
    drainMs: settings.drainMs,
    shutdownDelayMs: settings.shutdownDelayMs,
    environment: { PORT: String(port) },
    onWarming: (progress) => warming.show(progress),
    onLoss: warn,
    onGiveUp(message) {
      process.stderr.write(`Rekindle stops: ${message}\n`)
      process.exit(1)
    },
  })
}

/** Once, before any worker runs: they then only look whether there is something to do. */
async function prepareDatabase(settings: Settings): Promise<boolean> {
  try {
    const db = await openDatabase({ url: settings.databaseUrl, path: settings.databasePath, maxConnections: 1 })
    try {
      return await seedSampleAgents(db, { model: null, now: Date.now })
    } finally {
      await db.destroy()
    }
  } catch (cause) {
    const where = settings.databaseUrl === undefined ? settings.databasePath : `${shownUrl(settings.databaseUrl)} (DATABASE_URL)`
    throw new Error(`The database ${where} cannot be used: ${errorText(cause)}`, { cause })
  }
}

/** SQLite tells nobody of its changes. */
async function changesOf(settings: Settings, redact: (text: string) => string): Promise<DatabaseChanges | undefined> {
  const { databaseUrl } = settings
  if (databaseUrl === undefined) return undefined
  const { followChanges } = await import('./changes/follow-changes.ts')
  return followChanges({
    databaseUrl,
    settings,
    textOf: (error) => redact(errorText(error)),
    say: (line) => process.stderr.write(`${line}\n`),
  })
}

async function stop(
  pool: WorkerPool,
  changes: DatabaseChanges | undefined,
  { drainMs, shutdownDelayMs }: Settings,
): Promise<void> {
  const when = shutdownDelayMs === 0 ? 'Stopping' : `Stopping in ${shutdownDelayMs / 1000} s`
  process.stdout.write(`\n${when}: turns in progress have ${drainMs / 1000} s to finish. Again to stop at once.\n`)
  const [clean] = await Promise.all([pool.drain(), changes?.close()])
  process.stdout.write(clean ? 'Stopped.\n' : 'Stopped; some turns were cut off.\n')
  process.exit(clean ? 0 : 1)
}
