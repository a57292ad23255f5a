import type { WebSocket } from 'ws'

const intervalMs = 30_000

/** Ends a connection whose other side has silently gone, or no longer reads: its turns hold leases. */
export function keepAlive(socket: WebSocket): void {
  let heard = true
  socket.on('pong', () => (heard = true))
  const timer = setInterval(() => {
    if (!heard) return socket.terminate()
    heard = false
    socket.ping()
  }, intervalMs)
  socket.on('close', () => clearInterval(timer))
}
