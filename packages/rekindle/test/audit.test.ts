import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AgentNotFoundError, type ConfigStore, createAgentCache } from '../src/index.ts'
import { fingerprintOf } from '../src/config/fingerprint.ts'
import { sqliteStore } from '../src/sqlite/index.ts'
import { ManualClock, settle } from '../src/testing/index.ts'
import { readSelfDescription } from '../src/workers/answer-shapes.ts'
import { gate, TestAgents } from './test-agents.ts'
import { sharing, type StoreConnection } from '../src/store/index.ts'
import { testFolder } from './test-folder.ts'

const folder = testFolder('audit')

let path: string
let clock: ManualClock
let files = 0
beforeEach(() => {
  path = join(folder, `${files++}.db`)
  clock = new ManualClock()
})

const opened: TestAgents[] = []
afterEach(async () => {
  for (const { cache } of opened.splice(0)) await cache.close()
})

type Options = ConstructorParameters<typeof TestAgents>[0]

/** A worker that looks at all it serves; its findings are its trace. `change` is what its connection to the store does otherwise. */
function worker(options: Options = {}, change: (connection: StoreConnection) => void = () => {}): TestAgents {
  const sqlite = sqliteStore({ path, clock })
  const store: ConfigStore = {
    name: 'sqlite',
    sharing,
    connect(...how) {
      const connection = sqlite.connect(...how)
      change(connection)
      return connection
    },
  }
  return audited({ store, ...options })
}

function audited(options: Options): TestAgents {
  const agents = new TestAgents({ clock, auditRate: 1, random: () => 0, ...options })
  opened.push(agents)
  const name = (fingerprint: string | undefined) =>
    [1, 2, 3, 4].map((version) => `v${version}`).find((it) => printOf(Number(it.slice(1))) === fingerprint) ?? 'nothing'
  return agents.record('audited', ({ outcome, served, loaded }) => `${outcome}, served ${name(served)}, loaded ${name(loaded)}`)
}

const printOf = (version: number) => fingerprintOf(JSON.stringify({ name: 'agent a', version }))

/** Puts version 1 into the store, as a worker did that is no more. */
async function store(options: Options = {}): Promise<void> {
  const agents = new TestAgents({ store: sqliteStore({ path, clock }), clock, ...options })
  await agents.ask()
  await agents.cache.close()
}

const windowsOf = ({ cache }: TestAgents) =>
  cache.stats().audit.windows.map(({ minutes, audited, inconsistent, nines }) => [minutes, audited, inconsistent, nines])

describe('an agent that was edited and not invalidated', () => {
  test('is found when its stored config is served, and counted against the consistency of the last minutes', async () => {
    await store()
    const agents = worker()
    agents.version = 2
    expect(await agents.ask()).toBe('config cold v1')
    await clock.advance(1_999)
    expect(agents.trace).toEqual([])
    await clock.advance(1)
    expect(agents.trace).toEqual(['inconsistent, served v1, loaded v2'])
    expect(agents.cache.stats().audit).toMatchObject({ consistent: 0, inconsistent: 1, unstable: 0, failed: 0, skipped: 0 })
    expect(windowsOf(agents)).toEqual([1, 5, 10].map((minutes) => [minutes, 1, 1, 0]))
    expect(agents.cache.stats().events.audited).toBe(1)
    await clock.advance(60_000)
    expect(windowsOf(agents)[0]).toEqual([1, 0, 0, undefined])
  })

  test('is found when it is served from memory, where there is no store', async () => {
    const agents = audited({})
    await agents.ask()
    agents.version = 2
    expect(await agents.ask()).toBe('memory v1')
    await clock.advance(2_000)
    expect(agents.trace).toEqual(['inconsistent, served v1, loaded v2'])
  })

  test('is found, too, if it was deleted', async () => {
    await store()
    const agents = worker()
    agents.load = () => {
      throw new AgentNotFoundError('a')
    }
    expect(await agents.ask()).toBe('config cold v1')
    await clock.advance(2_000)
    expect(agents.trace).toEqual(['inconsistent, served v1, loaded nothing'])
  })

  test('stays as it is: an audit only tells', async () => {
    await store()
    const agents = worker()
    agents.version = 2
    await agents.ask()
    await clock.advance(2_000)
    expect(await agents.ask()).toBe('memory v1')
  })
})

describe('an agent that was edited and invalidated by another worker', () => {
  /** It hears of no invalidation by itself for longer than the test takes. */
  const deaf = (connection: StoreConnection) => (connection.listen = () => () => {})
  const slow = { maxStalenessMs: 600_000 }

  test('is no finding when the invalidation came before the look at the source', async () => {
    const [editor, agents] = [worker(), worker(slow, deaf)]
    await editor.ask()
    await settle()
    expect(await agents.ask()).toBe('config cold v1')
    for (const each of [editor, agents]) each.version = 2
    await editor.cache.invalidate({ agentId: 'a' })
    await clock.advance(0)
    expect(agents.trace).toEqual(['consistent, served v1, loaded v2'])
  })

  test('nor when it is under way while the source is looked at', async () => {
    const [editor, agents] = [worker(), worker(slow, deaf)]
    await editor.ask()
    await settle()
    await agents.ask()
    for (const each of [editor, agents]) each.version = 2
    await clock.advance(900)
    expect([agents.loads.length, agents.trace]).toEqual([1, []])
    await editor.cache.invalidate({ agentId: 'a' })
    await clock.advance(61_000)
    expect(agents.trace).toEqual(['consistent, served v1, loaded v2'])
    expect(agents.loads).toHaveLength(1)
  })

  test('nor while the store does not say what was invalidated', async () => {
    let down = false
    const agents = worker({}, (connection) => {
      const sync = connection.sync.bind(connection)
      connection.sync = (...call) => (down ? Promise.reject(new Error('down')) : sync(...call))
    })
    await store()
    await agents.ask()
    agents.version = 2
    down = true
    await clock.advance(2_000)
    expect(agents.trace).toEqual(['failed, served v1, loaded v2'])
    expect(windowsOf(agents)[0]).toEqual([1, 0, 0, undefined])
  })

  test('nor when this process invalidated it and the store did not take it', async () => {
    const agents = worker({}, (connection) => (connection.invalidate = () => Promise.reject(new Error('down'))))
    await store()
    await agents.ask()
    agents.version = 2
    await expect(agents.cache.invalidate({ agentId: 'a' })).rejects.toMatchObject({ code: 'REKINDLE_INVALIDATION_FAILED' })
    await clock.advance(0)
    expect(agents.trace).toEqual(['consistent, served v1, loaded v2'])
  })
})

describe('what is looked at', () => {
  test('is what comes from the store, and of memory hits one in 128; what was just built is not', async () => {
    const agents = worker()
    expect(await agents.ask()).toBe('build cold v1')
    await clock.advance(0)
    expect(agents.trace).toEqual([])
    for (let hit = 0; hit < 129; hit++) {
      await agents.ask()
      await clock.advance(0)
    }
    expect(agents.trace).toHaveLength(2)
    const other = worker()
    await other.ask()
    await clock.advance(0)
    expect(other.trace).toEqual(['consistent, served v1, loaded v1'])
  })

  test('is nothing without auditRate', async () => {
    await store()
    const agents = worker({ auditRate: 0 })
    await agents.ask()
    await agents.ask()
    await clock.advance(2_000)
    expect(agents.loads).toEqual([])
    expect(agents.cache.stats().audit.windows).toEqual([])
  })

  test('is loaded with what loadConfig may know of it, and no more', async () => {
    const scope = { configScope: ['agentId'] } as const
    await store(scope)
    const agents = worker(scope)
    await agents.ask()
    await clock.advance(0)
    expect(agents.loads).toEqual([{ agentId: 'a' }])
    expect(agents.trace).toEqual(['consistent, served v1, loaded v1'])
  })

  test('is told to other workers in a shape that they read', async () => {
    await store()
    const agents = worker()
    for (const ms of [0, 0, 700_000]) {
      await agents.ask()
      const stats = JSON.parse(JSON.stringify(agents.cache.stats()))
      expect(readSelfDescription({ stats, about: null })?.stats.audit).toEqual(stats.audit)
      await clock.advance(ms)
    }
  })

  test('must come from loadConfig', () => {
    const opaque = { namespace: 'n', buildAgent: () => ({}), toConfig: () => ({}) }
    expect(() => createAgentCache({ ...opaque, auditRate: 0.1 })).toThrow('auditRate needs loadConfig + createAgent')
    expect(() => createAgentCache({ ...opaque, auditRate: 0 })).not.toThrow()
  })
})

test('a loadConfig that says something else each time is found out', async () => {
  await store()
  const agents = worker()
  agents.load = () => ({ name: 'agent a', version: ++agents.version })
  await agents.ask()
  await clock.advance(2_000)
  expect(agents.trace).toEqual(['unstable, served v1, loaded v3'])
})

describe('an audit', () => {
  test('writes nothing to the store, and asks it only what was invalidated', async () => {
    await store()
    const calls: string[] = []
    const agents = worker({}, (connection) => {
      for (const name of [
        'read',
        'readBlob',
        'write',
        'remove',
        'invalidate',
        'sync',
        'workers',
        'claim',
        'release',
        'send',
      ] as const) {
        const call = connection[name].bind(connection) as (...args: unknown[]) => Promise<unknown>
        Object.assign(connection, { [name]: (...args: unknown[]) => (calls.push(name), call(...args)) })
      }
    })
    agents.version = 2
    await agents.ask()
    await settle()
    calls.length = 0
    await clock.advance(2_000)
    expect(agents.trace).toEqual(['inconsistent, served v1, loaded v2'])
    expect(new Set(calls)).toEqual(new Set(['sync']))
    expect(agents.cache.stats().written.configs).toBe(0)
  })

  test('waits for its place among the builds, and is in the way of nobody who needs none', async () => {
    await store()
    const agents = worker({ maxConcurrentBuilds: 1 })
    const held = gate()
    agents.load = async ({ agentId }) => {
      if (agentId === 'b') await held.promise
      return { name: 'agent a', version: 1 }
    }
    const build = agents.ask({ agentId: 'b' })
    await settle()
    expect(await agents.ask()).toBe('config cold v1')
    await clock.advance(5_000)
    expect(agents.loads.map(({ agentId }) => agentId)).toEqual(['b'])
    expect(await agents.ask()).toBe('memory v1')
    held.open()
    expect(await build).toBe('build cold v1')
    await settle()
    expect(agents.loads.map(({ agentId }) => agentId)).toEqual(['b', 'a'])
    expect(agents.trace).toEqual(['consistent, served v1, loaded v1'])
  })

  test('may take as long as a build, and fails then', async () => {
    await store()
    const agents = worker({ buildTimeoutMs: 5_000 })
    agents.load = () => new Promise(() => {})
    await agents.ask()
    await clock.advance(4_999)
    expect(agents.trace).toEqual([])
    await clock.advance(1)
    expect(agents.trace).toEqual(['failed, served v1, loaded nothing'])
  })

  test('that fails fails nobody else, and does not count', async () => {
    await store()
    const agents = worker()
    agents.record('build-failed', () => 'build-failed')
    agents.load = () => {
      throw new Error('down')
    }
    await agents.ask()
    await clock.advance(0)
    expect(agents.trace).toEqual(['failed, served v1, loaded nothing'])
    expect(agents.cache.stats()).toMatchObject({ failed: 0, work: { load: { count: 0 } }, audit: { failed: 1 } })
    expect(windowsOf(agents)[0]).toEqual([1, 0, 0, undefined])
  })

  test('ends when the cache closes, without a word', async () => {
    await store()
    const agents = worker()
    const aborted = gate<unknown>()
    agents.load = (_, { signal }) => {
      signal.addEventListener('abort', () => aborted.open(signal.reason))
      return new Promise(() => {})
    }
    await agents.ask()
    await clock.advance(0)
    await agents.cache.close()
    expect(await aborted.promise).toMatchObject({ code: 'REKINDLE_CACHE_CLOSED' })
    await settle()
    expect([agents.trace, clock.timers]).toEqual([[], 0])
  })

  test.each([
    ['loads', 'new Promise(() => {})'],
    ['waits for an invalidation', '{ another: loads }'],
  ])('does not keep the process from ending while it %s', async (_, second) => {
    const script = `
      import { createAgentCache } from ${JSON.stringify(join(import.meta.dirname, '../src/index.ts'))}
      let loads = 0
      const agents = createAgentCache({
        namespace: 'n',
        auditRate: 1,
        maxStalenessMs: 60_000,
        loadConfig: () => (++loads === 1 ? {} : (console.log('audit began'), ${second})),
        createAgent: () => ({}),
      })
      const key = { agentId: 'a', userId: 'u', sessionId: 's', reasoning: false }
      // By then what is loaded in the background has been.
      await agents.explain(key)
      for (let ask = 0; ask < 2; ask++) (await agents.acquire(key)).release()
      setTimeout(() => {}, 50)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 15_000,
    })
    let said = ''
    child.stdout.on('data', (text: Buffer) => (said += text.toString()))
    expect(await once(child, 'close')).toEqual([0, null])
    expect(said).toBe('audit began\n')
  })
})
