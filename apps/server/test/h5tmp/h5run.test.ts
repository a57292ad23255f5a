import { it } from 'vitest'
import { startServer } from '/work/main/apps/server/test/server-process.ts'
import { Client } from '/work/main/apps/server/test/web-socket-client.ts'
it('x', async () => {
  await using server = await startServer({ env: { REKINDLE_WORKERS: process.env.W ?? '1', REKINDLE_SOCKETS_PER_USER: '10000', ...(process.env.PROF && { NODE_OPTIONS: '--cpu-prof --cpu-prof-dir=/tmp/h5prof' }) } })
  const n = Number(process.env.N ?? 100), turns = 10
  const clients = await Promise.all(Array.from({ length: n }, (_, i) => Client.open(server, {}, `user-${i % 20}:user`)))
  for (let round = 0; round < 2; round++) {
  const t = performance.now()
  const ms: number[] = []
  await Promise.all(clients.map(async (c, i) => {
    const sessionId = 's' + i + '-' + round
    for (let k = 0; k < turns; k++) {
      const id = `${round}-${k}`
      const b = performance.now()
      const done = new Promise<void>((r) => { const h = (d: Buffer) => { const m = JSON.parse(d.toString()); if (m.type === 'end' || m.type === 'error') { if (m.type === 'error') console.log(m); c.socket.off('message', h); r() } }; c.socket.on('message', h) })
      c.turn(id, 'What is 12 * 7?', { sessionId })
      await done
      ms.push(performance.now() - b)
      c.messages.length = 0
    }
  }))
  ms.sort((a, b) => a - b)
  console.log('turns/s', (n * turns) / ((performance.now() - t) / 1000), 'p50', ms[ms.length >> 1], 'p99', ms[Math.floor(ms.length * .99)])
  }
  for (const c of clients) c.socket.terminate()
  await server.stop()
}, 100000)
