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
const hubKeys = ['hub:clock', 'hub:targets', 'hub:workers', 'hub:reports']
const message = 'm'.repeat(180)

interface Ground {
  readonly admin: Redis
  readonly clients: readonly Redis[]
  readonly listeners: readonly Redis[]
  /** Of each kind. */
  readonly commands: number
  readonly open: () => Redis
}

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
    return await measure({ admin, clients, listeners, commands, open })
  } finally {
    for (const client of [admin, ...clients, ...listeners]) client.disconnect()
    server.stop()
  }
}

async function measure(ground: Ground): Promise<RedisCosts> {
  const hub = await loadHub(ground.admin)
  const { turn, exchange } = await exchanges(ground)
  const executing = async (command: CommandOf, on: readonly Redis[] = ground.clients) => {
    const shared = await cpuPer(ground.admin, on, on === ground.clients ? ground.commands : few, together, command)
    return Math.max(0, shared - exchange / together)
  }
  return {
    turn,
    exchange,
    ...(await plainCommands(executing)),
    ...(await scriptCosts(executing, hub, ground.clients.slice(0, 1))),
    ...(await publications(ground, exchange)),
    connect: await connecting(ground),
  }
}

type Executing = (command: CommandOf, on?: readonly Redis[]) => Promise<number>

type Hub = Awaited<ReturnType<typeof loadHub>>

/** The scripts, and the clock they look at. */
async function loadHub(admin: Redis) {
  const load = async ({ lua }: { lua: string }) => String(await admin.script('LOAD', lua))
  const [sync = '', invalidate = '', claim = '', release = '', workers = ''] = await Promise.all(
    [scripts.sync, scripts.invalidate, scripts.claim, scripts.release, scripts.workers].map(load),
  )
  const plainLook = await load({ lua: scripts.sync.lua.replace("redis.pcall('INFO', 'replication')", 'false') })
  const run = (sha: string, ...args: string[]) => ['EVALSHA', sha, '4', ...hubKeys, 'history', ...args] as const
  const [history = '', clock = ''] = (await admin.call(...run(sync, '-', '0', '', '0'))) as string[]
  await admin.mset('clock', `${history} ${clock} 0 server`, 'pointer', 'p'.repeat(300), 'config', 'c'.repeat(kb * 1024))
  const atHub = { sync, invalidate, workers, plainLook }
  return {
    claim,
    release,
    run: (name: keyof typeof atHub, ...args: string[]) => run(atHub[name], history, clock, ...args),
  }
}

async function exchanges({ admin, clients, commands }: Ground): Promise<Pick<RedisCosts, 'turn' | 'exchange'>> {
  const costOf = (each: number) => cpuPer(admin, clients, commands, each, () => ['PING'])
  const [alone, shared] = [await costOf(1), await costOf(together)]
  // Each by itself.
  const turn = (await cpuPer(admin, clients.slice(0, 1), few * 5, 1, () => ['PING'])) - alone
  return { turn: Math.max(0, turn), exchange: ((alone - shared) * together) / (together - 1) }
}

async function plainCommands(executing: Executing): Promise<Pick<RedisCosts, 'ping' | 'mget' | 'set' | 'perKb'>> {
  const ping = await executing(() => ['PING'])
  const mget = await executing(() => ['MGET', 'clock', 'pointer'])
  const config = await executing(() => ['MGET', 'config'])
  const set = await executing((index) => ['SET', `s${index % 1_000}`, 'p'.repeat(300), 'PX', '3600000'])
  return { ping, mget, set, perKb: Math.max(0, config - mget) / kb }
}

type ScriptCosts = Pick<
  RedisCosts,
  'look' | 'sync' | 'perTarget' | 'plainLook' | 'invalidate' | 'claim' | 'release' | 'workers' | 'perWorker'
>

/** In this order: to be present registers workers, to invalidate leaves targets behind. `one`: for what has long replies. */
async function scriptCosts(executing: Executing, hub: Hub, one: readonly Redis[]): Promise<ScriptCosts> {
  const { run } = hub
  const look = await executing(() => run('sync', '', '0'))
  const plainLook = await executing(() => run('plainLook', '', '0'))
  const sync = await executing((index) => run('sync', `worker-${index % registered}`, '3600000000'))
  const list = await executing(() => run('workers'), one)
  const claim = await executing((index) => {
    const name = `claim:${index % 1_000}`
    return ['EVALSHA', hub.claim, '1', name, `${index}`, 'worker', '3000', 'h 1', '']
  })
  const release = await executing((index) => ['EVALSHA', hub.release, '1', `claim:${index % 1_000}`, `${index}`])
  const invalidate = await executing((index) =>
    run('invalidate', 'PUBLISH', '3600000000', '20000', '["{}"]', `target-${index % registered}`),
  )
  const withTargets = await executing(() => run('sync', '', '0'), one)
  return {
    look,
    sync,
    perTarget: Math.max(0, withTargets - look) / registered,
    plainLook,
    invalidate,
    claim,
    release,
    workers: look,
    perWorker: Math.max(0, list - look) / registered,
  }
}

async function publications(
  { admin, clients, listeners }: Ground,
  exchange: number,
): Promise<Pick<RedisCosts, 'publish' | 'append' | 'deliver'>> {
  const publishing = (count: number) => cpuPer(admin, clients.slice(0, 1), few, count, () => ['PUBLISH', 'told', message])
  const publish = Math.max(0, (await publishing(together)) - exchange / together)
  await Promise.all(listeners.map((listener) => listener.subscribe('told')))
  const apart = (await publishing(1)) - exchange - publish
  const atOnce = (await publishing(together)) - exchange / together - publish
  const deliver = ((apart - atOnce) * together) / (together - 1) / subscribers
  return { publish, append: Math.max(0, apart / subscribers - deliver), deliver }
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

async function connecting({ admin, open }: Ground): Promise<number> {
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
