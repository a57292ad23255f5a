import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../clock.ts'
import type { LocalAddress } from './server-address.ts'
import { settledWithin } from './waiting.ts'

/**
 * Starts a server and outlives it, so that it outlives nobody. Descriptor 3 is a line to the worker that nobody else holds. A
 * byte on it says that the server's output has ended, so it is going, and this reports its exit status. The end of the line
 * says that the worker is gone, however it went: a server that does not leave by itself then is killed, with all it has
 * started, for they are a process group. The command reaches the shell as arguments and is never read as code.
 *
 * A shell takes 1 ms and 110 KB; a second Node that did the same would take 30 ms and 40 MB.
 */
const guard = `
exec 4<&0 </dev/null
exec "$@" <&4 3<&- 4<&- &
server=$!
exec 4<&- >/dev/null 2>&1
trap '' HUP INT TERM
if read -r _ <&3; then
  {
    trap - TERM
    read -r _ <&3
    sleep 1
    kill -s KILL -- "-$$"
  } &
  wait "$server"
  status=$?
  kill -s TERM -- "-$$"
  exit "$status"
fi
sleep 1
kill -s TERM -- "-$$"
sleep 1
kill -s KILL -- "-$$"
`
const shell = '/bin/sh'

/** How long a server may take to leave once its input has ended, and again once it has been told to. */
const graceMs = 1_000

/** Whether this platform has what it takes. */
export function canGuard(): boolean {
  return process.platform !== 'win32' && existsSync(shell)
}

/** A server as a child process that cannot be left behind. It is no reason for this process to go on. */
export class GuardedProcess {
  readonly #child: ChildProcess
  readonly exited: Promise<unknown>
  readonly input: Writable
  readonly output: Readable

  private constructor(child: ChildProcess) {
    this.#child = child
    this.exited = once(child, 'exit')
    const [input, output, , line] = child.stdio as unknown as [Writable, Readable, null, Writable]
    this.input = input
    this.output = output
    for (const stream of [input, output, line]) {
      // An `error` event that nobody listens to ends the process. That a pipe is broken shows in what is written to it.
      stream.on('error', () => {})
      if (stream instanceof Socket) stream.unref()
    }
    child.unref()
    output.once('close', () => line.write('\n'))
  }

  /** Rejects if there is no trying to start it: no such `cwd`, no more processes. A command that cannot be run ends at once. */
  static async start(address: LocalAddress, env: NodeJS.ProcessEnv, stderr: 'ignore' | 'inherit'): Promise<GuardedProcess> {
    const child = spawn(shell, ['-c', guard, shell, address.command, ...address.args], {
      ...(address.cwd !== undefined && { cwd: address.cwd }),
      env,
      detached: true,
      stdio: ['pipe', 'pipe', stderr, 'pipe'],
    })
    child.on('error', () => {})
    if (child.pid === undefined) await once(child, 'spawn')
    return new GuardedProcess(child)
  }

  /** Calls with what became of the server, in words, when it has ended. */
  onExit(listener: (fate: string) => void): void {
    this.#child.once('exit', (code, signal) => listener(fateOf(code, signal)))
  }

  /** Ends it: by the end of its input, then by SIGTERM, then by SIGKILL. Resolves when it is gone. */
  async end(clock: Clock): Promise<void> {
    // Whoever waits for the end is reason enough for this process to go on.
    this.#child.ref()
    this.input.end()
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (await settledWithin(this.exited, graceMs, clock)) break
      this.#kill(signal)
    }
    await this.exited
    for (const stream of this.#child.stdio) stream?.destroy()
  }

  /** The whole group. Its leader has not been waited for, so no other process can have its number. */
  #kill(signal: NodeJS.Signals): void {
    const { pid, exitCode, signalCode } = this.#child
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, signal)
  }
}

/** A shell gives these numbers to commands that it could not run. */
function fateOf(code: number | null, signal: NodeJS.Signals | null): string {
  if (code === 127) return 'could not be started: there is no such command.'
  if (code === 126) return 'could not be started: its command cannot be executed.'
  return `has ended (${signal ?? (code !== null && code > 128 ? `by signal ${code - 128}` : `exit code ${code}`)}).`
}
