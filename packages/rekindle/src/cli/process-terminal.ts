import { createInterface } from 'node:readline/promises'
import { coloured, plain, type Terminal } from './terminal.ts'

/** The terminal of this process. The first SIGINT is told to the command; the second ends the process. */
export function processTerminal(): Terminal {
  const { stdout, stderr, stdin, env } = process
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Who read it has read enough.
      if (error.code === 'EPIPE') process.exit(0)
      throw error
    })
  }
  const noColour = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb'
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    env,
    isWatched: stdout.isTTY,
    isAttended: stderr.isTTY && stdin.isTTY,
    get width() {
      return stdout.isTTY ? Math.max(40, stdout.columns || 80) : Infinity
    },
    get height() {
      return stdout.isTTY ? Math.max(10, stdout.rows || 24) : Infinity
    },
    style: stdout.isTTY && !noColour ? coloured : plain,
    signal: interrupted.signal,
    async ask(question) {
      const lines = createInterface({ input: stdin, output: stderr })
      lines.once('SIGINT', () => interrupted.abort())
      try {
        return await lines.question(question, { signal: interrupted.signal })
      } catch (error) {
        if (interrupted.signal.aborted) return ''
        throw error
      } finally {
        lines.close()
      }
    },
  }
}
