import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type ConfigStore, createAgentCache } from '../src/index.ts'
import { sqliteStore } from '../src/sqlite/index.ts'
import { ManualClock, MemoryStore, settle } from '../src/testing/index.ts'
import { gate, keyOf, TestAgent, TestAgents } from './test-agents.ts'
import { sharing, type StoreConnection } from '../src/store/index.ts'
import { testFolder } from './test-folder.ts'

const folder = testFolder('tier')

let path: string
let clock: ManualClock
let files = 0
beforeEach(() => {
  path = join(folder, `${files++}.db`)
  clock = new ManualClock()
})

/** A worker of its own: its memory is empty, the store is that of all. */
function worker(options: ConstructorParameters<typeof TestAgents>[0] = {}): TestAgents {
  const agents = new TestAgents({ store: sqliteStore({ path, clock }), clock, ...options })
  return agents.record('config-refused', ({ reason, detail }) => [reason, detail].filter(Boolean).join(': '))
}

/** Asks, lets what was written behind arrive, and closes. */
async function askOnce(agents: TestAgents, changes: Parameters<TestAgents['ask']>[0] = {}): Promise<string> {
  const answer = await agents.ask(changes)
  await agents.cache.close()
  return answer
}

/** Changes what is stored, as somebody with access to it could. */
function tamper(sql: string): void {
  const raw = new DatabaseSync(path)
  raw.exec(sql)
  raw.close()
}

describe('a config in the store', () => {
  test('is enough to make the agent in another worker, without touching the source', async () => {
    expect(await askOnce(worker())).toBe('build cold v1')
    const second = worker()
    expect(await second.ask()).toBe('config cold v1')
    expect(second.loads).toEqual([])
    expect(await second.ask()).toBe('memory v1')
  })

  test('gives an agent of the same bytes and fingerprint as the one that was built', async () => {
    const first = worker()
    first.load = () => ({ version: 1, name: 'n', tools: ['b', 'a'], nested: { z: 1, a: [{ y: 2, b: 3 }] } })
    const built = await first.cache.acquire(keyOf())
    built.release()
    await first.cache.close()
    using rebuilt = await worker().cache.acquire(keyOf())
    expect(rebuilt.source).toBe('config')
    expect(JSON.stringify(rebuilt.config)).toBe(JSON.stringify(built.config))
    expect(rebuilt.fingerprint).toBe(built.fingerprint)
  })

  test('does not start its life anew in the worker that reads it: what is rebuilt at minute 59 lives one more minute', async () => {
    await askOnce(worker())
    await clock.advance(59 * 60_000)
    const late = worker({ live: { idleMs: 10 * 3_600_000 } })
    expect(await late.ask()).toBe('config cold v1')
    await clock.advance(60_000 - 1)
    expect(await late.ask()).toBe('memory v1')
    await clock.advance(1)
    expect(await late.ask()).toBe('build expired v1')
  })

  test('is stored once for a thousand sessions of an agent', async () => {
    const agents = worker()
    for (let n = 0; n < 1000; n++) await agents.ask({ sessionId: `${n}` })
    await agents.cache.close()
    const raw = new DatabaseSync(path)
    const count = (table: string) => raw.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']
    expect([count('rekindle_pointers'), count('rekindle_blobs')]).toEqual([1000, 1])
    raw.close()
  })

  test('is read once by a worker that is asked for many sessions of an agent at once', async () => {
    const memory = new MemoryStore()
    const sessions = Array.from({ length: 50 }, (_, n) => ({ sessionId: `${n}` }))
    const first = new TestAgents({ store: memory, clock })
    for (const session of sessions) await first.ask(session)
    await settle()
    let reads = 0
    const connect = (namespace: string): StoreConnection => {
      const connection = memory.connect(namespace)
      return { ...connection, readBlob: (fingerprint) => (reads++, connection.readBlob(fingerprint)) }
    }
    const second = new TestAgents({ store: { name: 'counting', connect, sharing }, clock })
    const served = await Promise.all(sessions.map((session) => second.ask(session)))
    expect(new Set(served)).toEqual(new Set(['config cold v1']))
    expect(reads).toBe(1)
  })

  test('of one configVersion is neither used nor overwritten by another: a rolling deploy loads each once', async () => {
    await askOnce(worker())
    expect(await askOnce(worker({ configVersion: '2' }))).toBe('build cold v1')
    expect(await askOnce(worker())).toBe('config cold v1')
    expect(await askOnce(worker({ configVersion: '2' }))).toBe('config cold v1')
  })

  test('of one namespace is not seen in another', async () => {
    await askOnce(worker())
    expect(await askOnce(worker({ namespace: 'other' }))).toBe('build cold v1')
  })
})

describe('a stored entry that is not what it should be is a miss, and repaired', () => {
  const blobOf = (json: string) => `UPDATE rekindle_blobs SET blob = '${json}'`
  test.each<[string, string, string, string[]]>([
    ['a pointer that is garbage', `UPDATE rekindle_pointers SET pointer = 'garbage'`, 'corrupt', ['corrupt']],
    ['a pointer cut short', `UPDATE rekindle_pointers SET pointer = substr(pointer, 1, 40)`, 'corrupt', ['corrupt']],
    ['JSON of another shape', `UPDATE rekindle_pointers SET pointer = '{"hello":[1]}'`, 'corrupt', ['corrupt']],
    [
      'a pointer of another key',
      `UPDATE rekindle_pointers SET pointer = replace(pointer, '\\"u\\"', '\\"x\\"')`,
      'foreign',
      ['foreign'],
    ],
    ['a config that was altered', blobOf('{"name":"evil","version":9}'), 'corrupt', ['corrupt']],
    ['a config cut short', `UPDATE rekindle_blobs SET blob = substr(blob, 1, 5)`, 'corrupt', ['corrupt']],
    ['a config that is gone', `DELETE FROM rekindle_blobs`, 'cold', []],
    ['an oversized config', `UPDATE rekindle_blobs SET blob = '"' || hex(zeroblob(600000)) || '"'`, 'corrupt', ['corrupt']],
    [
      'a newer wire format',
      `UPDATE rekindle_pointers SET pointer = replace(pointer, '"v":1', '"v":2')`,
      'version-mismatch',
      ['version-mismatch'],
    ],
    ['a history that is over', `UPDATE rekindle_clocks SET history = 'another'`, 'invalidated', []],
  ])('%s', async (_, sql, reason, events) => {
    await askOnce(worker())
    tamper(sql)
    const second = worker()
    expect(await askOnce(second)).toBe(`build ${reason} v1`)
    expect(second.trace).toEqual(events)
    expect(await askOnce(worker())).toBe('config cold v1')
  })

  test('one that configSchema refuses, naming the path', async () => {
    const first = worker()
    first.load = () => ({ name: 'n', version: 1, steps: 'many' })
    await askOnce(first)
    const configSchema = z.object({ name: z.string(), version: z.number(), steps: z.number() })
    const second = worker({ configSchema })
    second.load = () => ({ name: 'n', version: 2, steps: 3 })
    expect(await askOnce(second)).toBe('build schema-mismatch v2')
    expect(second.trace[0]).toMatch(/^schema-mismatch: \$\.steps: .*expected number/)
    expect(await askOnce(worker({ configSchema }))).toBe('config cold v2')
  })

  test('one that createAgent refuses: it is dropped, a full build follows, and its failure would reach the caller', async () => {
    await askOnce(worker())
    const second = worker()
    second.version = 2
    second.onCreate = ({ version }) => {
      if (version === 1) throw new Error('tool "x" was removed')
    }
    expect(await askOnce(second)).toBe('build rejected v2')
    expect(second.trace).toEqual(['rejected: Error: tool "x" was removed'])
    expect(await askOnce(worker())).toBe('config cold v2')
    const third = worker()
    third.onCreate = () => Promise.reject(new Error('no agent can be made'))
    await expect(third.ask()).rejects.toThrow('no agent can be made')
    expect(third.loads).toHaveLength(1)
  })
})

describe('what cannot be stored', () => {
  test('is served all the same, as it is, and an event names the path', async () => {
    const agents = worker().record('config-not-stored', ({ path: at, message }) => `${at} ${message}`)
    const run = () => 1
    agents.load = () => ({ name: 'n', version: 1, tools: [{ run }] })
    using lease = await agents.cache.acquire(keyOf())
    expect((lease.config['tools'] as [{ run: unknown }])[0].run).toBe(run)
    expect(lease.fingerprint).toBeUndefined()
    expect(agents.trace).toEqual(['$.tools[0].run JSON would lose a function'])
    expect(await agents.ask()).toBe('memory v1')
    expect(await askOnce(worker())).toBe('build cold v1')
  })

  test('because it is too large is named, served, and not stored', async () => {
    const agents = worker().record('config-not-stored', ({ path: at, message }) => `${at} ${message}`)
    agents.load = () => ({ name: 'n', version: 1, text: 'x'.repeat(1_100_000) })
    expect(await askOnce(agents)).toBe('build cold v1')
    expect(agents.trace).toEqual(['$.text the JSON up to here has more than 1048576 characters'])
    expect(await askOnce(worker())).toBe('build cold v1')
  })

  test('because the schema refuses it just after loading is an error that names the path, not a broken agent', async () => {
    const agents = worker({ configSchema: z.object({ name: z.string(), version: z.number() }) })
    agents.load = () => ({ name: 7, version: 1 })
    await expect(agents.ask()).rejects.toMatchObject({ code: 'REKINDLE_INVALID_CONFIG', issues: [{ path: '$.name' }] })
  })
})

describe('the schema', () => {
  test('gives agents its output, whether the config was loaded or found', async () => {
    const configSchema = z.object({ name: z.string(), version: z.number(), steps: z.number().default(5) })
    using built = await worker({ configSchema }).cache.acquire(keyOf())
    expect(built.config).toEqual({ name: 'agent a', version: 1, steps: 5 })
    expect(Object.isFrozen(built.config)).toBe(true)
    await settle()
    using found = await worker({ configSchema }).cache.acquire(keyOf())
    expect([found.source, found.config]).toEqual(['config', built.config])
  })
})

describe('agents of one opaque function that can be rebuilt', () => {
  test('are rebuilt from their config in another worker', async () => {
    const made: string[] = []
    const opaque = () =>
      createAgentCache({
        namespace: 'opaque',
        store: sqliteStore({ path }),
        buildAgent: () => (made.push('built'), new TestAgent({ name: 'n', version: 1 }, {})),
        toConfig: ({ config }) => config,
        rebuildAgent: (config) => (made.push('rebuilt'), new TestAgent(config, {})),
      })
    const first = opaque()
    await first.use(keyOf(), () => {})
    await first.close()
    expect(await opaque().use(keyOf(), (_, { source }) => source)).toBe('config')
    expect(made).toEqual(['built', 'rebuilt'])
  })
})

describe('stale configs in the store', () => {
  test('serve at once within staleWhileRevalidateMs while one load refreshes them', async () => {
    await askOnce(worker({ configTtlMs: 1_000, staleWhileRevalidateMs: 60_000 }))
    await clock.advance(5_000)
    const second = worker({ configTtlMs: 1_000, staleWhileRevalidateMs: 60_000 })
    second.version = 2
    expect(await second.ask()).toBe('config cold v1')
    expect(await second.ask()).toBe('memory v1')
    await settle()
    expect(await askOnce(second)).toBe('memory v2')
    expect(second.loads).toHaveLength(1)
  })

  test('stand in within staleIfErrorMs when loading fails', async () => {
    await askOnce(worker({ configTtlMs: 1_000, staleIfErrorMs: 60_000 }))
    await clock.advance(5_000)
    const second = worker({ configTtlMs: 1_000, staleIfErrorMs: 60_000 }).record('stale-served', ({ error }) => String(error))
    second.load = () => Promise.reject(new Error('database down'))
    expect(await askOnce(second)).toBe('config expired v1')
    expect(second.trace).toEqual(['Error: database down'])
  })
})

/** A store whose every call does what `answer` does. */
function brokenStore(answer: () => Promise<never>): ConfigStore {
  const entries = { read: answer, readBlob: answer, write: answer, remove: answer }
  const others = { invalidate: answer, sync: answer, workers: answer, claim: answer, release: answer, send: answer }
  const connect = (): StoreConnection => ({ ...entries, ...others, listen: () => () => {}, close: answer })
  return { name: 'broken', connect, sharing }
}

describe('a store that does not work costs time, never an answer', () => {
  test('when it refuses', async () => {
    const store = brokenStore(() => Promise.reject(new Error('ECONNREFUSED')))
    const agents = new TestAgents({ store }).record('store-error', ({ operation, error }) => `${operation}: ${String(error)}`)
    expect(await agents.ask()).toBe('build store-unavailable v1')
    expect(await agents.ask()).toBe('memory v1')
    expect(agents.trace[0]).toBe('read a config: Error: ECONNREFUSED')
    await agents.cache.close()
  })

  test('when it throws before it returns a promise', async () => {
    const store = brokenStore(() => {
      throw new Error('sync')
    })
    const agents = new TestAgents({ store })
    expect(await agents.ask()).toBe('build store-unavailable v1')
    await agents.cache.close()
  })

  test('when it hangs: the request waits storeTimeoutMs and no longer', async () => {
    const agents = new TestAgents({ store: brokenStore(() => new Promise(() => {})), storeTimeoutMs: 200 })
    agents.record('store-error', ({ error }) => (error as { code: string }).code)
    const asked = agents.ask()
    await agents.clock.advance(199)
    expect(agents.loads).toEqual([])
    await agents.clock.advance(1)
    expect(await asked).toBe('build store-unavailable v1')
    expect(agents.trace).toEqual(['REKINDLE_STORE_TIMEOUT'])
    const closed = agents.cache.close({ drainMs: 0 })
    await agents.clock.advance(1_000)
    await closed
    expect(agents.clock.timers).toBe(0)
  })

  test('and invalidating says that others have not heard, while here it takes effect', async () => {
    const agents = new TestAgents({ store: brokenStore(() => Promise.reject(new Error('down'))) })
    await agents.ask()
    agents.version = 2
    await expect(agents.cache.invalidate({ agentId: 'a' })).rejects.toMatchObject({ code: 'REKINDLE_INVALIDATION_FAILED' })
    expect(await agents.ask()).toBe('build store-unavailable v2')
  })

  test('and what has been invalidated here is not read from it when it is back', async () => {
    await askOnce(worker())
    const flaky = sqliteStore({ path, clock })
    let down = false
    const store: ConfigStore = {
      name: 'flaky',
      sharing,
      connect: (namespace) => {
        const connection = flaky.connect(namespace)
        const invalidate = connection.invalidate.bind(connection)
        connection.invalidate = (...call) => (down ? Promise.reject(new Error('down')) : invalidate(...call))
        return connection
      },
    }
    const agents = new TestAgents({ store, clock })
    expect(await agents.ask()).toBe('config cold v1')
    agents.version = 2
    down = true
    await expect(agents.cache.invalidate({ agentId: 'a' })).rejects.toThrow('Call invalidate again')
    expect(await agents.ask()).toBe('build invalidated v2')
    down = false
    await agents.cache.invalidate({ agentId: 'a' })
    agents.version = 3
    expect(await agents.ask()).toBe('build invalidated v3')
    await agents.cache.close()
  })
})

describe('writes', () => {
  test('are not waited for by requests, and are by close', async () => {
    const written = gate()
    let arrived = false
    const sqlite = sqliteStore({ path })
    const store: ConfigStore = {
      name: 'slow',
      sharing,
      connect: (namespace) => {
        const connection = sqlite.connect(namespace)
        connection.write = () => written.promise.then(() => void (arrived = true))
        return connection
      },
    }
    const agents = new TestAgents({ store })
    expect(await agents.ask()).toBe('build cold v1')
    const closed = agents.cache.close()
    await settle()
    expect(arrived).toBe(false)
    written.open()
    await closed
    expect(arrived).toBe(true)
  })
})

describe('configs that the store or the schema would spoil', () => {
  test('are frozen even where the schema has frozen only the outside', async () => {
    const configSchema = z.object({ name: z.string(), version: z.number(), inner: z.object({ role: z.string() }) }).readonly()
    const agents = worker({ configSchema })
    agents.load = () => ({ name: 'n', version: 1, inner: { role: 'user' } })
    using lease = await agents.cache.acquire(keyOf())
    expect(() => Object.assign(lease.config['inner'] as object, { role: 'admin' })).toThrow(TypeError)
  })

  test('with too many tags are named and not stored', async () => {
    const agents = worker().record('config-not-stored', ({ path: at, message }) => `${at} ${message}`)
    agents.load = (_, { tag }) => {
      for (let n = 0; n < 3_000; n++) tag(`a tag with a long name, number ${n}`)
      return { name: 'n', version: 1 }
    }
    expect(await askOnce(agents)).toBe('build cold v1')
    expect(agents.trace[0]).toMatch(/^\$ key and 3000 tags make a pointer of \d+ characters, more than 65536$/)
  })

  test('with a tag that is no string are refused at once', async () => {
    const agents = worker()
    agents.load = (_, { tag }) => {
      tag(42 as never)
      return { name: 'n', version: 1 }
    }
    await expect(agents.ask()).rejects.toThrow('A tag must be a string; got 42.')
  })

  test.each([Infinity, 0, 1e21])('with a time to live of %d are served, and stored if that makes sense', async (configTtlMs) => {
    const agents = worker({ configTtlMs }).record('store-error', ({ error }) => String(error))
    expect(await askOnce(agents)).toBe('build cold v1')
    expect(await askOnce(worker({ configTtlMs }))).toBe(configTtlMs === 0 ? 'build cold v1' : 'config cold v1')
    expect(agents.trace).toEqual([])
  })

  test('that createAgent refuses are loaded once for all sessions that share them', async () => {
    await askOnce(worker({ configScope: ['agentId'] }))
    const agents = worker({ configScope: ['agentId'] })
    agents.version = 2
    agents.onCreate = ({ version }) => {
      if (version === 1) throw new Error('outdated')
    }
    await Promise.all(Array.from({ length: 50 }, (_, n) => agents.ask({ sessionId: `${n}` })))
    expect(agents.loads).toHaveLength(1)
  })

  test('that one session knows stand in for it, whoever asked first', async () => {
    const agents = new TestAgents({ configScope: ['agentId'], configTtlMs: 1_000, staleIfErrorMs: 60_000, live: { idleMs: 1e9 } })
    await agents.ask({ sessionId: 'known' })
    await agents.clock.advance(1_500)
    agents.load = () => Promise.reject(new Error('down'))
    const [stranger, known] = await Promise.allSettled([agents.ask({ sessionId: 'new' }), agents.ask({ sessionId: 'known' })])
    expect(stranger.status).toBe('rejected')
    expect(known).toMatchObject({ value: 'config expired v1' })
  })
})

describe('a config with a secret in it', () => {
  test('is served, not stored, and reported with its path and without the secret', async () => {
    const secret = `sk-proj-${'Ab1'.repeat(12)}`
    const store = sqliteStore({ path })
    const agents = new TestAgents({ store }).record('config-not-stored', (event) => JSON.stringify(event))
    agents.load = () => ({ name: 'n', version: 1, tools: [{ token: secret }] })
    expect(await agents.ask()).toBe('build cold v1')
    await settle()
    expect(agents.trace).toEqual([expect.stringContaining('"path":"$.tools[0].token"')])
    expect(agents.trace.join()).not.toContain(secret)
    await agents.cache.close()
    expect(readFileSync(path).includes(secret)).toBe(false)
    const next = new TestAgents({ store: sqliteStore({ path }) })
    expect(await next.ask()).toBe('build cold v1')
    await next.cache.close()
  })

  test('is found in what would be stored, though the schema leaves it out of what agents get', async () => {
    const configSchema = z.object({ name: z.string(), version: z.number() })
    const agents = worker({ configSchema }).record('config-not-stored', ({ path: at }) => at)
    agents.load = () => ({ name: 'n', version: 1, unknown: { token: `ghp_${'Ab1'.repeat(12)}` } })
    expect(await askOnce(agents)).toBe('build cold v1')
    expect(agents.trace).toEqual(['$.unknown.token'])
    expect(await askOnce(worker({ configSchema }))).toBe('build cold v1')
  })
})
