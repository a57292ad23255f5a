import { Redis } from 'ioredis'
import * as scripts from '../../../packages/rekindle/src/redis/scripts.generated.ts'
import { startRedis } from '../redis-server.ts'
import type { RedisCosts } from './redis-costs.ts'

const connections = 64
const together = 16
const subscribers = 200
const kb = 4
/** Commands with long replies, or many of them. */
const few = 200
const registered = 1_000
const hub = ['hub:clock', 'hub:targets', 'hub:workers', 'hub:reports']
const message = 'm'.repeat(180)

type CommandOf = (index: number) => readonly [command: string, ...args: string[]]

/** Measures all {@link RedisCosts} on a Redis of its own, in some seconds. `commands`: of each kind. */
export async function calibrate(commands: number): Promise<RedisCosts> {
  const server = await startRedis()
  const open = () => new Redis(server.port, '127.0.0.1')
  const admin = open()
  const clients = Array.from({ length: connections }, open)
  const listeners = Array.from({ length: subscribers }, open)
  try {
    await Promise.all([...clients, ...listeners].map((client) => client.ping()))
    return await measure(admin, clients, listeners, commands, open)
  } finally {
    for (const client of [admin, ...clients, ...listeners]) client.disconnect()
    server.stop()
  }
}

async function measure(
  admin: Redis,
  clients: readonly Redis[],
  listeners: readonly Redis[],
  commands: number,
  open: () => Redis,
): Promise<RedisCosts> {
  const load = async ({ lua }: { lua: string }) => String(await admin.script('LOAD', lua))
  const [sync, invalidate, claim, release, workers] = await Promise.all(
    [scripts.sync, scripts.invalidate, scripts.claim, scripts.release, scripts.workers].map(load),
  )
  const plainLook = await load({ lua: scripts.sync.lua.replace("redis.pcall('INFO', 'replication')", 'false') })
  const run = (sha = '', ...args: string[]) => ['EVALSHA', sha, '4', ...hub, 'history', ...args] as const
  const [history = '', clock = ''] = (await admin.call(...run(sync, '-', '0', '', '0'))) as string[]
  await admin.mset('clock', `${history} ${clock} 0 server`, 'pointer', 'p'.repeat(300), 'config', 'c'.repeat(kb * 1024))

  const costOf = (command: CommandOf, each: number) => cpuPer(admin, clients, commands, each, command)
  const executing = async (command: CommandOf, on = clients) => {
    const shared = await cpuPer(admin, on, on === clients ? commands : few, together, command)
    return Math.max(0, shared - exchange / together)
  }
  const [alone, shared] = [await costOf(() => ['PING'], 1), await costOf(() => ['PING'], together)]
  const exchange = ((alone - shared) * together) / (together - 1)
  // Each by itself.
  const turn = (await cpuPer(admin, clients.slice(0, 1), few * 5, 1, () => ['PING'])) - alone
  const ping = await executing(() => ['PING'])
  const mget = await executing(() => ['MGET', 'clock', 'pointer'])
  const config = await executing(() => ['MGET', 'config'])
  const set = await executing((index) => ['SET', `s${index % 1_000}`, 'p'.repeat(300), 'PX', '3600000'])
  const look = await executing(() => run(sync, history, clock, '', '0'))
  const withPlainLook = await executing(() => run(plainLook, history, clock, '', '0'))
  const present: CommandOf = (index) => run(sync, history, clock, `worker-${index % registered}`, '3600000000')
  const synced = await executing(present)
  const list = await executing(() => run(workers, history, clock), clients.slice(0, 1))
  const claims = await executing((index) => [
    'EVALSHA',
    claim!,
    '1',
    `claim:${index % 1_000}`,
    `${index}`,
    'worker',
    '3000',
    'h 1',
    '',
  ])
  const releases = await executing((index) => ['EVALSHA', release!, '1', `claim:${index % 1_000}`, `${index}`])
  const invalidated = await executing((index) =>
    run(invalidate, history, clock, 'PUBLISH', '3600000000', '20000', '["{}"]', `target-${index % registered}`),
  )
  const withTargets = await executing(() => run(sync, history, clock, '', '0'), clients.slice(0, 1))

  const publishing = (count: number) => cpuPer(admin, clients.slice(0, 1), few, count, () => ['PUBLISH', 'told', message])
  const publish = Math.max(0, (await publishing(together)) - exchange / together)
  await Promise.all(listeners.map((listener) => listener.subscribe('told')))
  const apart = (await publishing(1)) - exchange - publish
  const atOnce = (await publishing(together)) - exchange / together - publish
  const deliver = ((apart - atOnce) * together) / (together - 1) / subscribers
  return {
    turn: Math.max(0, turn),
    exchange,
    ping,
    mget,
    set,
    perKb: Math.max(0, config - mget) / kb,
    look,
    sync: synced,
    perTarget: Math.max(0, withTargets - look) / registered,
    plainLook: withPlainLook,
    invalidate: invalidated,
    claim: claims,
    release: releases,
    workers: look,
    perWorker: Math.max(0, list - look) / registered,
    publish,
    append: Math.max(0, apart / subscribers - deliver),
    deliver,
    connect: await connecting(admin, open),
  }
}

/** µs of Redis's main thread per command, with `each` sent together on each of the connections. */
async function cpuPer(
  admin: Redis,
  clients: readonly Redis[],
  commands: number,
  each: number,
  command: CommandOf,
): Promise<number> {
  let sent = 0
  const inTurn = async (client: Redis, until: number) => {
    while (sent < until) {
      const pipeline = client.pipeline()
      for (let added = 0; added < each; added++) pipeline.call(...command(sent++))
      const failed = (await pipeline.exec())?.find(([error]) => error !== null)
      if (failed !== undefined) throw failed[0] as Error
    }
  }
  await Promise.all(clients.map((client) => inTurn(client, clients.length * each)))
  sent = 0
  const before = await cpuOf(admin)
  await Promise.all(clients.map((client) => inTurn(client, commands)))
  return ((await cpuOf(admin)) - before) / sent
}

async function connecting(admin: Redis, open: () => Redis): Promise<number> {
  const before = await cpuOf(admin)
  const clients = Array.from({ length: 100 }, open)
  await Promise.all(clients.map((client) => client.ping()))
  const after = await cpuOf(admin)
  for (const client of clients) client.disconnect()
  return (after - before) / clients.length
}

async function cpuOf(admin: Redis): Promise<number> {
  const text = await admin.info('cpu')
  const seconds = (part: string) => Number(new RegExp(`used_cpu_${part}_main_thread:([\\d.]+)`).exec(text)?.[1])
  return (seconds('sys') + seconds('user')) * 1e6
}
