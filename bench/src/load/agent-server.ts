import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../../apps/server/dist/main.js', import.meta.url))

export interface AgentServer extends AsyncDisposable {
  readonly url: string
  readonly secret: string
  /** What all of its processes have in memory, in MB. */
  residentMb(): number
  /** Replaces its workers one after the other. Resolves once all are new. */
  restartWorkers(): Promise<void>
}

/** The built server with four workers, SQLite and the offline model. */
export async function startAgentServer(env: Readonly<Record<string, string>>): Promise<AgentServer> {
  const folder = mkdtempSync(join(tmpdir(), 'rekindle-load-'))
  const secret = randomBytes(32).toString('hex')
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      REKINDLE_DATA_DIR: folder,
      REKINDLE_WORKERS: '4',
      REKINDLE_JWT_SECRET: secret,
      REKINDLE_DRAIN_MS: '15000',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  const gone = once(child, 'exit')
  let said = ''
  const heard = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(said)
        if (found !== null) resolve(found)
      }
      child.stdout.on('data', look)
      void gone.then(() => reject(new Error(`The server ended:\n${said}`)))
      look()
    })
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').prependListener('data', (text) => (said += text))
  const [, url] = await heard(/is ready at (\S+)/)
  return {
    url: url!,
    secret,
    residentMb: () => [child.pid!, ...childrenOf(child.pid!)].reduce((sum, pid) => sum + residentKb(pid), 0) / 1024,
    async restartWorkers() {
      said = ''
      child.kill('SIGUSR2')
      await heard(/All workers are new/)
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await gone
      process.off('exit', kill)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => Number(statusOf(pid, 'PPid')) === parent)
}

const residentKb = (pid: number): number => Number.parseInt(statusOf(pid, 'VmRSS') ?? '0', 10)

function statusOf(pid: number, field: string): string | undefined {
  try {
    return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  } catch {
    return undefined
  }
}
