import type { WebSocket } from 'ws'

const intervalMs = 30_000

/** Ends a connection whose other side has silently gone, or no longer reads. */
export function keepAlive(socket: WebSocket): void {
  let heard = true
  const hear = (): void => void (heard = true)
  socket.on('pong', hear)
  socket.on('message', hear)
  const timer = setInterval(() => {
    if (!heard) return socket.terminate()
    heard = false
    socket.ping()
  }, intervalMs)
  socket.on('close', () => clearInterval(timer))
}
