import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { run } from '../../src/cli/run.ts'
import { plain } from '../../src/cli/terminal.ts'
import type { Requests, WorkerOrder } from './cli-worker.ts'

const main = join(import.meta.dirname, '../../src/cli/main.ts')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves when stdout has said so. */
  says(what: RegExp): Promise<void>
}

interface How {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** For node itself. */
  readonly nodeArgs?: readonly string[]
}

/** A command line as a process of its own, with no address of a store in its environment but those in `env`. */
export function start(args: readonly string[], { env = {}, input, nodeArgs = [] }: How = {}): Started {
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const child = spawn(process.execPath, [...nodeArgs, main, ...args], {
    env: { PATH, ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }), ...env },
    stdio: 'pipe',
  })
  child.stdin.end(input)
  let said = ''
  const heard = new Set<() => void>()
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    for (const each of heard) each()
  })
  const ended = Promise.all([once(child, 'close') as Promise<[number | null]>, text(child.stderr)]).then(([[code], stderr]) => ({
    code,
    stdout: said,
    stderr,
  }))
  return {
    child,
    ended,
    async says(what) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const look = () => what.test(said) && resolve()
      heard.add(look)
      void ended.then(({ stderr }) => reject(new Error(`It ended without saying ${what}: ${said}${stderr}`)))
      look()
      await promise
    },
  }
}

/** The same command line in this process, with a terminal of its own: as a process, but for signals and streams. */
export async function rekindle(
  args: readonly string[],
  {
    env = {},
    width = 120,
    height = Infinity,
    answer,
  }: Partial<{ env: Readonly<Record<string, string>>; width: number; height: number; answer: string }> = {},
): Promise<Ended> {
  let [stdout, stderr] = ['', '']
  const code = await run(args, {
    out: (said) => void (stdout += said),
    err: (said) => void (stderr += said),
    env,
    isWatched: false,
    isAttended: answer !== undefined,
    width,
    height,
    style: plain,
    signal: new AbortController().signal,
    ask: async () => answer ?? '',
  })
  return { code, stdout, stderr }
}

export interface Worker extends AsyncDisposable {
  readonly pid: number
  /** Resolves when all have been answered. */
  ask(requests: Requests): Promise<void>
}

/** A process with an agent cache. */
export async function startWorker(order: WorkerOrder): Promise<Worker> {
  const child = fork(join(import.meta.dirname, 'cli-worker.ts'), { execArgv: [] })
  child.send(order)
  return {
    pid: child.pid!,
    async ask(requests) {
      child.send(requests)
      await once(child, 'message')
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}
