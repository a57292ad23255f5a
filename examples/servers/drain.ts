import type { Server } from 'node:http'

/** What replies in progress may take when the server is told to stop. */
export const drainMs: number = Number(process.env.DRAIN_MS ?? 10_000)

/** Accepts nothing more, lets replies in progress end for up to `drainMs`, then cuts them: their signals fire. */
export async function drain(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  const late = setTimeout(() => server.closeAllConnections(), drainMs)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}
