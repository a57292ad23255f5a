import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ConfigStore, createInvalidator } from '../src/index.ts'
import { redisStore } from '../src/redis/index.ts'
import { type SealingKey, type SealedOptions, sealed } from '../src/sealed/index.ts'
import { sqliteStore } from '../src/sqlite/index.ts'
import { MemoryStore, settle, storeContract } from '../src/testing/index.ts'
import { type RedisServer, startRedis } from './redis-server.ts'
import { gate, keyOf, TestAgents } from './test-agents.ts'
import { testFolder } from './test-folder.ts'

const keyNamed = (id: string, byte: number): SealingKey => ({ id, secret: Buffer.alloc(32, byte) })
const [old, next] = [keyNamed('2026-10', 1), keyNamed('2026-11', 2)]
const hashKey = Buffer.alloc(32, 9)

let server: RedisServer
/** Who has found a way into Redis. The workers use it, too. */
let client: Redis
const folder = testFolder('sealed')
beforeAll(async () => {
  server = await startRedis()
  client = new Redis(server.port, '127.0.0.1')
})
beforeEach(async () => void (await client.flushall()))
afterAll(async () => {
  client.disconnect()
  await server[Symbol.asyncDispose]()
})

type WorkerOptions = NonNullable<ConstructorParameters<typeof TestAgents>[0]> & { readonly sealing?: SealedOptions }

/** A worker whose configs tell whom they are for. */
function worker({ sealing = { keys: [old] }, store = redisStore({ client }), ...options }: WorkerOptions = {}): TestAgents {
  const agents = new TestAgents({ store: sealed(store, sealing), ...options })
  agents.load = ({ userId }) => ({ name: `for ${userId}`, version: agents.version })
  return agents.record('config-refused', ({ reason }) => reason)
}

/** Asks, checks that the agent is the right one, lets what was written behind arrive, and closes. */
async function askOnce(agents: TestAgents, userId = 'u'): Promise<string> {
  const answer = await agents.ask({ userId })
  await agents.cache.close()
  expect(agents.made.map(({ config }) => config.name)).toEqual([`for ${userId}`])
  return answer
}

/** The names of the pointers (`p`) or configs (`b`) in a namespace. */
const names = (kind: 'p' | 'b', namespace = 'test') => client.keys(`rekindle:${namespace}:${kind}:*`)

/** What `work` adds. */
async function added(kind: 'p' | 'b', work: () => Promise<unknown>, namespace = 'test'): Promise<string> {
  const before = await names(kind, namespace)
  await work()
  const [name, ...others] = (await names(kind, namespace)).filter((found) => !before.includes(found))
  if (name === undefined || others.length > 0) throw new Error('there should be one more')
  return name
}

/** Puts another value in the place of one. */
const put = (name: string, value: string | null) => client.set(name, value!, 'KEEPTTL')

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 5_000; !(await condition()); await delay(2)) {
    if (Date.now() > deadline) throw new Error('not within 5 s')
  }
}

describe.each<[string, () => ConfigStore, SealedOptions]>([
  ['memory, by one of two keys', () => new MemoryStore(), { keys: [next, old] }],
  ['SQLite, under a name key', () => sqliteStore({ path: join(folder, 'contract.db') }), { keys: [next, old], hashKey }],
  ['Redis', () => redisStore({ client }), { keys: [old] }],
])('a sealed store keeps the contract of stores: %s', (_, open, sealing) => {
  let store: ConfigStore
  beforeAll(() => void (store = sealed(open(), sealing)))
  for (const { promise, check } of storeContract) test(promise, () => check(store))
})

describe('in the store', () => {
  test('no key, value or message holds an id, a tag or a piece of config', async () => {
    const heard: string[] = []
    const listener = client.duplicate()
    listener.on('pmessage', (_pattern, channel, message) => heard.push(`${channel} ${message}`))
    await listener.psubscribe('*')

    const words = ['secretagent', 'secretuser', 'secretsession', 'secretmode', 'secrettag', 'secretprompt']
    const [agentId, userId, sessionId, reasoning, tag, prompt] = words as [string, string, string, string, string, string]
    const key = { agentId, userId, sessionId, reasoning }
    const [one, two] = [worker(), worker()]
    const held = gate()
    for (const agents of [one, two]) {
      agents.load = async (_key, context) => {
        await held.promise
        context.tag(tag)
        return { name: prompt, version: 1 }
      }
    }
    // One waits for the other's claim, and is told of its end.
    const asked = Promise.all([one.ask(key), two.ask(key)])
    await until(async () => {
      const [claim] = await client.keys('rekindle:test:c:*')
      return claim !== undefined && (await client.hlen(claim)) > 2
    })
    held.open()
    await asked
    await one.cache.invalidate({ tags: [tag] })
    await two.cache.invalidate({ userId, agentId })
    await one.ask(key)
    await until(async () => (await names('p')).length > 0 && heard.length >= 3)
    expect(heard.some((line) => line.includes(':inbox:'))).toBe(true)

    const found = [...heard]
    for (const name of await client.keys('*')) found.push(name, await everythingIn(name))
    const text = found.join('\n')
    for (const part of [':p:', ':b:', ':targets', 'sealed1.2026-10.']) expect(text).toContain(part)
    for (const word of words) expect(text).not.toContain(word)
    listener.disconnect()
    for (const agents of [one, two]) await agents.cache.close()
  })

  test('names tell neither who guesses an id nor who guesses a whole config that the guess is right', async () => {
    await askOnce(worker({ store: redisStore({ client }), namespace: 'sealed' }))
    const plain = new TestAgents({ store: redisStore({ client }), namespace: 'plain' })
    plain.load = () => ({ name: 'for u', version: 1 })
    await askOnce(plain)
    for (const kind of ['p', 'b'] as const) {
      const [[name], [guess]] = [await names(kind, 'sealed'), await names(kind, 'plain')]
      expect(name).toMatch(/:[\w-]{43}$/)
      expect(name?.split(':').at(-1)).not.toBe(guess?.split(':').at(-1))
    }
  })

  test('two namespaces share no name, so nobody sees that they share a user or a config', async () => {
    for (const namespace of ['one', 'two']) await askOnce(worker({ namespace }))
    for (const kind of ['p', 'b'] as const) {
      const [[one], [two]] = [await names(kind, 'one'), await names(kind, 'two')]
      expect(one?.split(':').at(-1)).not.toBe(two?.split(':').at(-1))
    }
  })
})

/** All that is kept under a name, whatever its type. */
async function everythingIn(name: string): Promise<string> {
  switch (await client.type(name)) {
    case 'string':
      return String(await client.get(name))
    case 'hash':
      return JSON.stringify(await client.hgetall(name))
    case 'zset':
      return (await client.zrange(name, '0', '-1')).join('\n')
    case 'none':
      // A claim that has ended since.
      return ''
    default:
      throw new Error(`${name} is of no type that is used`)
  }
}

describe('who can write to the store', () => {
  test('cannot give one user the entry of another', async () => {
    const mine = await added('p', () => askOnce(worker(), 'u'))
    const theirs = await added('p', () => askOnce(worker(), 'v'))
    const [one, other] = [await client.get(mine), await client.get(theirs)]
    await put(mine, other)
    await put(theirs, one)
    for (const userId of ['u', 'v']) {
      const agents = worker()
      expect(await askOnce(agents, userId)).toBe('build corrupt v1')
      expect(agents.trace).toEqual(['corrupt'])
      // What was built has taken its place.
      expect(await askOnce(worker(), userId)).toBe('config cold v1')
    }
  })

  test('cannot move an entry to another namespace', async () => {
    const from = await added('p', () => askOnce(worker()))
    const to = await added('p', () => askOnce(worker({ namespace: 'other' })), 'other')
    await put(to, await client.get(from))
    expect(await askOnce(worker({ namespace: 'other' }))).toBe('build corrupt v1')
  })

  test('cannot put one config in the place of another', async () => {
    const mine = await added('b', () => askOnce(worker(), 'u'))
    const theirs = await added('b', () => askOnce(worker(), 'v'))
    await put(mine, await client.get(theirs))
    const agents = worker()
    expect(await askOnce(agents, 'u')).toBe('build corrupt v1')
    expect(agents.trace).toEqual(['corrupt'])
  })

  test('cannot put a pointer in the place of a config, nor a config in that of a pointer', async () => {
    await askOnce(worker())
    const [[pointer], [blob]] = [await names('p'), await names('b')]
    const [one, other] = [await client.get(pointer!), await client.get(blob!)]
    await put(blob!, one)
    expect(await askOnce(worker())).toBe('build corrupt v1')
    await put(pointer!, other)
    expect(await askOnce(worker())).toBe('build corrupt v1')
  })

  test('cannot have an entry used that nobody has sealed, be it right in every other way', async () => {
    const plain = new TestAgents({ store: redisStore({ client }) })
    plain.load = () => ({ name: 'for u', version: 1 })
    const pointer = await added('p', () => askOnce(plain))
    const [blob] = await names('b')
    const agents = worker()
    const sealedPointer = await added('p', () => askOnce(agents))
    expect(agents.trace).toEqual([])
    await put(sealedPointer, await client.get(pointer))
    expect(await askOnce(worker())).toBe('build corrupt v1')

    const [sealedBlob] = (await names('b')).filter((name) => name !== blob)
    await put(sealedBlob!, await client.get(blob!))
    expect(await askOnce(worker())).toBe('build corrupt v1')
  })

  test.each(['pointers', 'blobs'] as const)('cannot alter a character of what is in %s, nor cut off its end', async (kind) => {
    const store = new MemoryStore()
    await askOnce(worker({ store }))
    const kept = store.namespace('test')[kind]
    const [[name, whole]] = [...kept] as [[string, { value: string; expiresAt: number }]]
    for (let at = 0; at < whole.value.length; at++) {
      const other = whole.value[at] === 'A' ? 'B' : 'A'
      const rest = at % 2 === 0 ? other + whole.value.slice(at + 1) : ''
      kept.set(name, { ...whole, value: whole.value.slice(0, at) + rest })
      // With an empty memory each: configs once read are not read again.
      const agents = worker({ store })
      expect(await agents.ask()).toMatch(/^build (corrupt|sealed) v1$/)
      expect(agents.trace.length).toBe(1)
      await agents.cache.close()
    }
    kept.set(name, whole)
    expect(await askOnce(worker({ store }))).toBe('config cold v1')
  })

  test('cannot bring back an entry of the same key to who knows that it was invalidated', async () => {
    const agents = worker({ live: { maxAgents: 0 } })
    const pointer = await added('p', async () => {
      await agents.ask()
      await until(async () => (await names('p')).length > 0)
    })
    const [once, clock] = [await client.get(pointer), await client.get('rekindle:{test}:clock')]
    const replay = () => put(pointer, once)
    agents.version = 2
    await agents.cache.invalidate({ userId: 'u' })
    await replay()
    expect(await agents.ask()).toBe('build evicted v2')
    await until(async () => (await client.get(pointer)) !== once)

    // Nor with the clock set back to where it was: that begins a new history.
    await replay()
    await client.set('rekindle:{test}:clock', clock!)
    await client.zremrangebyscore('rekindle:{test}:targets', 1, '+inf')
    expect(await agents.ask()).toBe('build evicted v2')
    expect(await client.get('rekindle:{test}:clock')).not.toContain(clock!.split(' ')[0])
    await agents.cache.close()
  })

  test('cannot write mail: what no worker has sealed for this one is passed over', async () => {
    const connect = (sealing: SealedOptions) => sealed(redisStore({ client }), sealing).connect('test')
    const [one, two, stranger] = [connect({ keys: [old] }), connect({ keys: [old] }), connect({ keys: [next] })]
    const mail: string[] = []
    let listening = false
    two.listen('two', { onClock() {}, onMessage: (text) => mail.push(text), onListening: () => void (listening = true) })
    await until(() => listening)

    const overheard: string[] = []
    const listener = client.duplicate()
    listener.on('pmessage', (_pattern, _channel, message: string) => overheard.push(message))
    await listener.psubscribe('*:inbox:three')
    await one.send('three', 'for three')
    await until(() => overheard.length === 1)

    const inbox = 'rekindle:{test}:inbox:two'
    for (const forged of ['{"type":"seen"}', '', overheard[0]!]) await client.publish(inbox, forged)
    await stranger.send('two', 'of a stranger')
    await one.send('two', 'of one')
    await until(() => mail.length > 0)
    expect(mail).toEqual(['of one'])
    listener.disconnect()
    for (const connection of [one, two, stranger]) await connection.close()
  })
})

describe('an invalidation that a worker cannot read', () => {
  test.each(['sealing', 'not sealing'])('because one seals and the other does not is one of everything: %s', async (first) => {
    const store = new MemoryStore()
    const plain = new TestAgents({ store })
    const sealing = worker({ store })
    const [one, other] = first === 'sealing' ? [sealing, plain] : [plain, sealing]
    await one.ask()
    await other.ask()
    other.version = 2
    await one.cache.invalidate({ agentId: 'a' })
    await settle()
    expect(await other.ask()).toContain('v2')
    for (const { cache } of [one, other]) await cache.close()
  })

  const reads = (agents: TestAgents) => agents.record('invalidated', ({ targets }) => targets.join())

  test('is taken for one of everything, when it is heard of', async () => {
    const [one, stranger] = [reads(worker()), createInvalidator({ namespace: 'test', store: redisStore({ client }) })]
    await one.ask({ userId: 'v' })
    await stranger.invalidate({ userId: 'u' })
    await until(() => one.cache.stats().live === 0)
    expect(one.trace).toEqual(['*'])
    for (const each of [one.cache, stranger]) await each.close()
  })

  test('and when it is found later', async () => {
    const pointer = await added('p', () => askOnce(worker(), 'v'))
    const other = worker({ sealing: { keys: [next] } })
    await other.cache.invalidate({ userId: 'u' })
    await other.cache.close()
    const agents = reads(worker())
    expect(await askOnce(agents, 'v')).toBe('build invalidated v1')
    expect(agents.trace).toEqual(['*'])
    expect(await names('p')).toEqual([pointer])
  })

  test.each(['garbage', '{"userId":"u"}', 'sealed1.2026-10.AAAA'])('as when somebody has written %o', async (target) => {
    await askOnce(worker(), 'v')
    const agents = reads(worker())
    const { clock } = await redisStore({ client }).connect('test').invalidate(['*'], { history: '-', clock: 0 })
    await client.zremrangebyscore('rekindle:{test}:targets', 1, '+inf')
    await client.zadd('rekindle:{test}:targets', clock.clock, target)
    expect(await askOnce(agents, 'v')).toBe('build invalidated v1')
    expect(agents.trace).toEqual(['*'])
  })
})

describe.each<[string, Pick<SealedOptions, 'hashKey'>]>([
  ['named by the keys', {}],
  ['named by a key of their own', { hashKey }],
])('keys rotate: entries %s', (_, named) => {
  const ring = (...keys: SealingKey[]) => worker({ sealing: { keys, ...named } })

  test('of the old key are still used, new ones are of the new key, and without the old key its entries are built again', async () => {
    await askOnce(ring(old), 'u')
    expect(await askOnce(ring(next, old), 'u')).toBe('config cold v1')
    const pointer = await added('p', () => askOnce(ring(next, old), 'v'))
    expect(await client.get(pointer)).toMatch(/^sealed1\.2026-11\./)

    expect(await askOnce(ring(next), 'v')).toBe('config cold v1')
    const last = ring(next)
    // Under the name that its key gave it, nobody finds it any more; under another it is seen, and refused.
    const reason = named.hashKey === undefined ? 'cold' : 'sealed'
    expect(await askOnce(last, 'u')).toBe(`build ${reason} v1`)
    expect(last.trace).toEqual(reason === 'sealed' ? ['sealed'] : [])
    expect(await askOnce(ring(next), 'u')).toBe('config cold v1')
  })

  test('are used by workers that seal with either, which invalidate each other', async () => {
    const [one, two] = [ring(old, next), ring(next, old)]
    for (const agents of [one, two]) agents.record('invalidated', ({ targets }) => targets.join())
    await one.ask()
    await until(async () => (await names('p')).length === 1)
    expect(await two.ask()).toBe('config cold v1')

    let version = 1
    for (const [from, to] of [
      [one, two],
      [two, one],
    ] as const) {
      version++
      one.version = two.version = version
      await from.cache.invalidate({ userId: 'u' })
      await until(() => to.cache.stats().live === 0)
      expect(await to.ask()).toBe(`build invalidated v${version}`)
      await from.ask()
    }
    // What was invalidated was read as what it was.
    for (const agents of [one, two]) {
      expect(new Set(agents.trace)).toEqual(new Set(['{"userId":"u"}']))
      await agents.cache.close()
    }
    // Recorded under two keys, and by now the same to everybody.
    const late = ring(next, old).record('invalidated', ({ targets }) => targets.join())
    await late.ask()
    expect(late.trace).toEqual(['{"userId":"u"}'])
    await late.cache.close()
  })

  test('of a key of the same id but another secret are not used', async () => {
    await askOnce(ring(old))
    const impostor = ring({ ...old, secret: Buffer.alloc(32, 3) })
    expect(await askOnce(impostor)).toBe(`build ${named.hashKey === undefined ? 'cold' : 'corrupt'} v1`)
  })

  test('that createAgent refuses are dropped, under whatever name', async () => {
    const pointer = await added('p', () => askOnce(ring(old)))
    const agents = ring(next, old)
    agents.onCreate = () => {
      if (agents.loads.length === 0) throw new Error('a tool is gone')
    }
    expect(await askOnce(agents)).toBe('build rejected v1')
    expect(await client.exists(pointer)).toBe(named.hashKey === undefined ? 0 : 1)
    expect((await names('p')).length).toBe(1)
  })
})

test('with a name key, workers that seal with different keys build once', async () => {
  const rings = [
    [old, next],
    [next, old],
    [next, old],
  ]
  const workers = rings.map((keys) => worker({ sealing: { keys, hashKey } }))
  const asked = Promise.all(workers.map((agents) => agents.ask({ agentId: keyOf().agentId })))
  expect((await asked).sort()).toEqual(['build cold v1', 'config cold v1', 'config cold v1'])
  await settle()
  for (const agents of workers) await agents.cache.close()
})
