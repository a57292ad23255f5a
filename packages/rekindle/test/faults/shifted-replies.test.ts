import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../redis-server.ts'
import { isPush, ReplySplitter } from '../resp-reply.ts'
import { startProxy, type Wire } from '../tcp-proxy.ts'
import { CheckedWorker, Origin } from './checked-worker.ts'
import { ioredis, nodeRedis } from './clients.ts'
import { nextTurn, until } from './timing.ts'

/** What becomes of one reply, to the next command of that name: from then on all of that connection are one off. */
function shifting(command: string, shift: (reply: Buffer) => readonly Buffer[]): () => Wire {
  let armed = true
  return () => {
    const splitter = new ReplySplitter()
    let due = false
    return {
      request(data, passage) {
        if (armed && data.includes(command)) {
          armed = false
          due = true
        }
        passage.toServer(data)
      },
      reply(data, passage) {
        for (const reply of splitter.split(data)) {
          const shifted = due && !isPush(reply) ? shift(reply) : [reply]
          due &&= isPush(reply)
          shifted.forEach((it) => passage.toClient(it))
        }
      },
    }
  }
}

const swallow = () => []
const double = (reply: Buffer) => [reply, reply]
const users = [0, 1, 2, 3, 4, 5, 6, 7]

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server[Symbol.asyncDispose]())

let tests = 0

describe.each([ioredis, nodeRedis])('a connection that is out of step, $name', (library) => {
  test.concurrent.each([
    ['a reply to a read is lost', 'MGET', swallow],
    ['a reply to a read comes twice', 'MGET', double],
    ['a reply to a script is lost', 'EVALSHA', swallow],
    ['a reply to a script comes twice', 'EVALSHA', double],
  ])('gives nobody the agent of another, nor an old one, and is replaced: %s', async (_, command, shift) => {
    await using proxy = await startProxy(server.port)
    const namespace = `shifted-${++tests}`
    const [near, far] = [library.server(server.port), library.server(proxy.port)]
    const origin = new Origin()
    const live = { maxAgents: 0 }
    // A busy machine shall not look like a fault of the connection that has none.
    const editor = new CheckedWorker(origin, { namespace, store: near.store(), live, storeTimeoutMs: 5_000 })
    // Each entry is read from the store each time.
    const reader = new CheckedWorker(origin, { namespace, store: far.store(), live })
    let noticed = 0
    for (const event of ['store-error', 'config-refused'] as const) reader.cache.on(event, () => noticed++)
    const allFromStore = async () =>
      (await Promise.all(users.map((user) => reader.ask('a', user)))).every((source) => source === 'config')
    await until(5_000, 'the store has them', allFromStore)

    noticed = 0
    proxy.rewire(shifting(command, shift))
    let ended = false
    // Two at a time, each for one entry: a reply to the one looks like one to the other.
    const asking = [0, 1].map(async (first) => {
      for (let turn = 0; !ended; turn++) {
        await reader.ask('a', users[(2 * turn + first) % users.length]!)
        if (turn % 20 === 19) await reader.ask(`agent ${turn % 3}`, first)
        // Without a store there is nothing to wait for, and nothing else would get its turn.
        await nextTurn()
      }
    })
    const editing = (async () => {
      while (!ended) {
        // Not at once: its reply would not be mistaken for one to a read.
        await delay(50)
        // By itself it is no fault that an invalidation fails.
        await reader.edit('agent 1', [editor])
        expect(await editor.edit('agent 2', [reader])).toBe('taken')
      }
    })()
    const all = Promise.all([...asking, editing]).finally(() => (ended = true))
    await Promise.race([all, delay(1_500)])
    ended = true
    await all
    await until(1_000, 'config hits', allFromStore)
    expect(reader.cache.stats().synced).toBe(true)
    expect(noticed).toBeGreaterThan(0)

    await Promise.all([editor, reader].map(({ cache }) => cache.close()))
    for (const client of [near, far]) client.close()
  })
})
