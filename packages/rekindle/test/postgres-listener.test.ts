import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect as connectTo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { InvalidOptionsError } from '../src/errors.ts'
import type { InvalidationTarget } from '../src/index.ts'
import { type ChangeListener, installTriggers, listenForChanges, type ListenForChangesOptions } from '../src/postgres/index.ts'
import { ManualClock } from '../src/testing/index.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { gate, keyOf, TestAgents } from './test-agents.ts'

let server: PostgresServer
let url: string
let editor: Client

beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(async () => {
  url = await server.createDatabase()
  editor = await connectEditor()
  await editor.query('CREATE TABLE agents (id text PRIMARY KEY, name text)')
  await installTriggers(editor, { rules: [{ table: 'agents', invalidates: { agentId: 'id' } }] })
})

async function connectEditor(): Promise<Client> {
  const client = new Client(url)
  client.on('error', () => {})
  await client.connect()
  return client
}

const open: ChangeListener[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()))
  await editor.end()
})

/** A listener whose calls of the application are recorded; it retries at once, as far as it does at all. */
class Listening {
  readonly targets: InvalidationTarget[] = []
  readonly errors: string[] = []
  /** Payloads that have reached this process; the listener takes them in the same turn. */
  readonly heard: string[] = []
  listened = 0
  readonly changes: ChangeListener

  constructor(options: Partial<ListenForChangesOptions> = {}) {
    this.changes = listenForChanges({
      connect: () => {
        const client = new Client(url)
        client.on('notification', ({ payload = '' }) => this.heard.push(payload))
        return client
      },
      random: () => 0,
      ...options,
      invalidate: async (target) => {
        this.targets.push(target)
        await options.invalidate?.(target)
      },
      onError: (error) => this.errors.push(error.message),
      onListening: () => this.listened++,
    })
    open.push(this.changes)
  }

  /** Waits until it has invalidated as many targets, and forgets them. */
  async next(count: number): Promise<InvalidationTarget[]> {
    await vi.waitUntil(() => this.targets.length >= count, poll)
    return this.targets.splice(0)
  }
}

const poll = { timeout: 15_000, interval: 5 }
const agent = (agentId: string) => ({ agentId })

describe('listenForChanges', () => {
  test('invalidates everything once it listens, and then what each commit changes', async () => {
    const listening = new Listening()
    expect(listening.changes.listening).toBe(false)
    await listening.changes.ready
    expect(listening.changes.listening).toBe(true)
    expect(listening.listened).toBe(1)
    expect(await listening.next(1)).toEqual(['all'])
    await editor.query("INSERT INTO agents VALUES ('a')")
    expect(await listening.next(1)).toEqual([agent('a')])
    await editor.query("BEGIN; INSERT INTO agents VALUES ('b'); UPDATE agents SET name = 'x' WHERE id = 'b'; COMMIT")
    expect(await listening.next(1)).toEqual([agent('b')])
    expect(listening.errors).toEqual([])
  })

  test('retires a live agent that anybody changes in the database, and the next one is made from the new row', async () => {
    await editor.query("INSERT INTO agents VALUES ('a', 'old'), ('b', 'old')")
    const agents = new TestAgents()
    agents.load = async ({ agentId }) => {
      const { rows } = await editor.query<{ name: string }>('SELECT name FROM agents WHERE id = $1', [agentId])
      return { name: rows[0]!.name, version: 1 }
    }
    const { changes } = new Listening({ invalidate: (target) => agents.cache.invalidate(target) })
    await changes.ready
    const lease = await agents.cache.acquire(keyOf({ agentId: 'a' }))
    const other = await agents.cache.acquire(keyOf({ agentId: 'b' }))
    const retired = once(lease.retired, 'abort')
    const another = await connectEditor()
    await another.query("UPDATE agents SET name = 'new' WHERE id = 'a'")
    await another.end()
    await retired
    expect(other.retired.aborted).toBe(false)
    const next = await agents.cache.acquire(keyOf({ agentId: 'a' }))
    expect(next.agent.config.name).toBe('new')
    for (const each of [lease, other, next]) each.release()
    await agents.cache.close()
  })

  test('listens to its own channel only', async () => {
    await installTriggers(editor, { rules: [{ table: 'agents', tags: ['agent:{id}'] }], channel: 'sales' })
    const listening = new Listening({ channel: 'sales' })
    await listening.changes.ready
    expect(await listening.next(1)).toEqual(['all'])
    await editor.query("INSERT INTO agents VALUES ('a')")
    expect(await listening.next(1)).toEqual([{ tags: ['agent:a'] }])
  })

  test('invalidates once what arrives together', async () => {
    const blocked = gate()
    const listening = new Listening({ invalidate: () => blocked.promise })
    expect(await listening.next(1)).toEqual(['all'])
    await editor.query("INSERT INTO agents VALUES ('a'), ('b')")
    await editor.query("UPDATE agents SET name = 'x'")
    await editor.query(`NOTIFY rekindle, '{"tags":["x"]}'; NOTIFY rekindle, '{"tags":["y"]}'; NOTIFY rekindle, '{"agentId":"c"}'`)
    await expect.poll(() => listening.heard, poll).toHaveLength(7)
    blocked.open()
    expect(await listening.next(4)).toEqual([{ tags: ['x', 'y'] }, agent('a'), agent('b'), agent('c')])
  })

  test('invalidates everything after LISTEN, not before: no commit falls between the two', async () => {
    const listen = gate()
    const asked = gate()
    class SlowClient extends Client {
      override async query(...args: unknown[]): Promise<never> {
        asked.open()
        await listen.promise
        return (await super.query(...(args as [string]))) as never
      }
    }
    const listening = new Listening({ connect: () => new SlowClient(url) as unknown as Client })
    await asked.promise
    await editor.query("INSERT INTO agents VALUES ('unheard')")
    expect([listening.targets, listening.changes.listening]).toEqual([[], false])
    listen.open()
    await listening.changes.ready
    expect(listening.targets).toEqual(['all'])
  })

  test('takes payloads for what they are, untrusted: what names no target invalidates everything and is reported', async () => {
    const listening = new Listening()
    expect(await listening.next(1)).toEqual(['all'])
    const payloads = ['', 'garbage', '{"agentId":5}', '{"tags":[]}', `{"agentId":"a","constructor":"b"}`]
    for (const [index, payload] of payloads.entries()) {
      await editor.query('SELECT pg_notify($1, $2)', ['rekindle', payload])
      expect(await listening.next(1)).toEqual(['all'])
      expect(listening.errors).toHaveLength(index + 1)
      expect(listening.errors.at(-1)).toContain('names no target, so everything is invalidated')
    }
    await editor.query(`NOTIFY rekindle, '{"reasoning":true,"userId":"u"}'`)
    expect(await listening.next(1)).toEqual([{ userId: 'u', reasoning: true }])
  })
})

describe('a failing invalidation', () => {
  test('is tried again until it succeeds, and holds up no other', async () => {
    let failures = 0
    const listening = new Listening({
      invalidate: async (target) => {
        if (isDeepStrictEqual(target, agent('a')) && ++failures <= 2) throw new Error('the store is down')
      },
    })
    expect(await listening.next(1)).toEqual(['all'])
    await editor.query("INSERT INTO agents VALUES ('a'), ('b')")
    expect(await listening.next(4)).toEqual([agent('a'), agent('b'), agent('a'), agent('a')])
    expect(listening.errors).toHaveLength(2)
    expect(listening.errors[0]).toBe("Could not invalidate { agentId: 'a' } (Error: the store is down). Trying again in 50 ms.")
    await editor.query("INSERT INTO agents VALUES ('c')")
    expect(await listening.next(1)).toEqual([agent('c')])
  })

  test('delays `ready`: that promises that nothing older is left', async () => {
    const down = gate()
    const listening = new Listening({ invalidate: () => down.promise })
    let ready = false
    listening.changes.ready.then(
      () => (ready = true),
      () => {},
    )
    expect(await listening.next(1)).toEqual(['all'])
    down.fail(new Error('down'))
    await expect.poll(() => listening.errors.length, poll).toBeGreaterThan(0)
    expect(ready).toBe(false)
  })

  test('that never ends is done again', async () => {
    const clock = new ManualClock()
    let calls = 0
    const listening = new Listening({ clock, invalidate: () => (++calls === 1 ? new Promise(() => {}) : Promise.resolve()) })
    expect(await listening.next(1)).toEqual(['all'])
    await clock.advance(30_100)
    expect(await listening.next(1)).toEqual(['all'])
    expect(listening.errors).toContainEqual(expect.stringContaining('took longer than 30000 ms'))
  })

  test('and a failing or throwing handler of errors end nothing', async () => {
    let calls = 0
    const changes = listenForChanges({
      connect: () => new Client(url),
      random: () => 0,
      invalidate: async () => {
        if (++calls < 3) throw new Error('down')
      },
      onError: (async () => {
        throw new Error('rejects')
      }) as () => void,
      onListening: () => {
        throw new Error('throws')
      },
    })
    open.push(changes)
    await changes.ready
    expect(calls).toBe(3)
  })
})

describe('a lost connection', () => {
  test('is replaced, and everything is invalidated after it listens again: what was edited meanwhile is not known', async () => {
    const reconnect = gate()
    let connections = 0
    const listening = new Listening({
      connect: async () => {
        if (++connections > 1) await reconnect.promise
        return new Client(url)
      },
    })
    await listening.changes.ready
    expect(await listening.next(1)).toEqual(['all'])
    await terminateListeners()
    await expect.poll(() => connections, poll).toBe(2)
    expect(listening.changes.listening).toBe(false)
    await editor.query("INSERT INTO agents VALUES ('unheard')")
    expect(listening.targets).toEqual([])
    reconnect.open()
    expect(await listening.next(1)).toEqual(['all'])
    await editor.query("INSERT INTO agents VALUES ('heard')")
    expect(await listening.next(1)).toEqual([agent('heard')])
    expect(listening.errors).toHaveLength(1)
    expect(listening.errors[0]).toMatch(/^Not listening for changes on rekindle \(.+\)\. Connecting again in 50 ms\.$/)
    expect(listening.listened).toBe(2)
  })

  test('comes back when the server does', async () => {
    const listening = new Listening()
    await listening.changes.ready
    expect(await listening.next(1)).toEqual(['all'])
    await editor.end()
    await server.stop()
    await expect.poll(() => listening.errors.length, poll).toBeGreaterThan(2)
    expect(listening.targets).toEqual([])
    await server.start()
    editor = await connectEditor()
    await editor.query("INSERT INTO agents VALUES ('a')")
    await expect.poll(() => listening.listened, poll).toBe(2)
    await editor.query("INSERT INTO agents VALUES ('b')")
    await expect.poll(() => listening.targets, poll).toContainEqual(agent('b'))
    expect(listening.targets[0]).toBe('all')
  })

  test('that says nothing is noticed within 15 seconds', async () => {
    await using proxy = await startProxy()
    const clock = new ManualClock()
    const listening = new Listening({ clock, connect: () => new Client(proxy.url) })
    await listening.changes.ready
    expect(await listening.next(1)).toEqual(['all'])
    proxy.freeze()
    await editor.query("INSERT INTO agents VALUES ('unheard')")
    await clock.advance(10_000)
    expect(listening.errors).toEqual([])
    await clock.advance(5_000)
    await expect
      .poll(() => listening.errors, poll)
      .toEqual([expect.stringContaining('A check of the connection took longer than 5000 ms')])
    await clock.advance(50)
    expect(await listening.next(1)).toEqual(['all'])
    await editor.query("INSERT INTO agents VALUES ('heard')")
    expect(await listening.next(1)).toEqual([agent('heard')])
  })

  test('stays as it is while checks succeed, and one that no longer listens is replaced', async () => {
    const clock = new ManualClock()
    const clients: Client[] = []
    const listening = new Listening({
      clock,
      connect: () => {
        clients.push(new Client(url))
        return clients.at(-1)!
      },
    })
    await listening.changes.ready
    const [client] = clients
    const checked = vi.spyOn(client!, 'query')
    for (let checks = 1; checks <= 3; checks++) {
      await clock.advance(10_000)
      await checked.mock.results.at(-1)!.value
      await expect.poll(() => clock.timers, poll).toBe(1)
      expect(checked).toHaveBeenCalledTimes(checks)
    }
    expect(clients).toHaveLength(1)
    // What a pooler does that hands the session to somebody else in between.
    await client!.query('UNLISTEN *')
    await clock.advance(10_000)
    await expect.poll(() => listening.errors, poll).toEqual([expect.stringContaining('pooler cannot stand between')])
    await clock.advance(50)
    await expect.poll(() => listening.listened, poll).toBe(2)
  })

  test('is retried ever more slowly while it cannot be had, and hangs on nothing', async () => {
    const clock = new ManualClock()
    const made: number[] = []
    const hang = createServer().listen(0, '127.0.0.1')
    await once(hang, 'listening')
    const { port } = hang.address() as AddressInfo
    const listening = new Listening({
      clock,
      connect: () => {
        made.push(clock.now())
        if (made.length <= 4) throw new Error('no credentials yet')
        return new Client({ host: '127.0.0.1', port })
      },
    })
    await clock.advance(1_000)
    expect(made.map((at) => at - made[0]!)).toEqual([0, 50, 150, 350, 750])
    // The server accepts, but never says a word.
    await clock.advance(10_000)
    expect(listening.errors.at(-1)).toContain('Connecting took longer than 10000 ms')
    await listening.changes.close()
    hang.close()
    await expect(listening.changes.ready).rejects.toThrow('The listener is closed')
  })
})

describe('close', () => {
  test('ends the connection and every timer, invalidates what was heard, and may be called again', async () => {
    const clock = new ManualClock()
    const first = gate()
    const listening = new Listening({ clock, invalidate: () => first.promise })
    expect(await listening.next(1)).toEqual(['all'])
    await editor.query("INSERT INTO agents VALUES ('a')")
    await expect.poll(() => listening.heard, poll).toHaveLength(1)
    const closed = listening.changes.close()
    expect(listening.changes.close()).toBe(closed)
    first.open()
    await closed
    expect(listening.targets).toEqual([agent('a')])
    expect(clock.timers).toBe(0)
    expect(listening.changes.listening).toBe(false)
    expect(await countListeners()).toBe(0)
    expect(listening.errors).toEqual([])
  })

  test('waits neither for a server that is away nor for a store that is', async () => {
    const connecting = new Listening({ connect: () => new Client('postgres://127.0.0.1:1/none') })
    await expect.poll(() => connecting.errors.length, poll).toBeGreaterThan(0)
    await connecting.changes.close()
    const failing = new Listening({ invalidate: () => Promise.reject(new Error('down')) })
    await expect.poll(() => failing.errors.length, poll).toBeGreaterThan(3)
    await failing.changes.close()
    const { length } = failing.errors
    expect(failing.errors.at(-1)).toContain('It is not tried again')
    await editor.query("INSERT INTO agents VALUES ('a')")
    expect(failing.errors).toHaveLength(length)
  })

  test('before anything else leaves nothing behind', async () => {
    const listening = new Listening()
    await listening.changes.close()
    expect(await countListeners()).toBe(0)
    await expect(listening.changes.ready).rejects.toThrow('The listener is closed')
  })
})

test('a listener keeps its process alive until it is ready, and no longer', async () => {
  const entry = join(import.meta.dirname, '../src/postgres/index.ts')
  const script = `import { Client } from 'pg'
    import { listenForChanges } from ${JSON.stringify(entry)}
    const urls = ['postgres://127.0.0.1:1/none', ${JSON.stringify(url)}]
    const connect = () => new Client(urls.shift())
    const changes = listenForChanges({ connect, invalidate: async () => {}, onError: () => {} })
    await changes.ready
    console.log('listening')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = (await once(child, 'exit')) as [number]
  expect([code, output]).toEqual([0, 'listening\n'])
})

test('without onError, what goes wrong is a warning of the process', async () => {
  const warned = once(process, 'warning') as Promise<[Error]>
  const changes = listenForChanges({ connect: () => new Client('postgres://127.0.0.1:1/none'), invalidate: async () => {} })
  open.push(changes)
  const [warning] = await warned
  expect(warning.name).toBe('RekindleWarning')
  expect(warning.message).toMatch(/^Not listening for changes on rekindle/)
})

test.each(['connect', 'invalidate', 'channel'])('option %s is checked', (option) => {
  const options = { connect: () => new Client(url), invalidate: async () => {}, [option]: '§' } as ListenForChangesOptions
  expect(() => listenForChanges(options)).toThrow(InvalidOptionsError)
})

async function terminateListeners(): Promise<void> {
  await editor.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'",
  )
}

/** Sessions of this database besides the editor's, once those that are ending have ended. */
async function countListeners(): Promise<number> {
  const count = async () => {
    const { rows } = await editor.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
    return rows[0]!.n
  }
  await vi.waitUntil(async () => (await count()) === 0, poll).catch(() => {})
  return count()
}

/** In front of the server: a network that can go silent without saying so. */
async function startProxy(): Promise<AsyncDisposable & { readonly url: string; freeze(): void }> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const proxy = createServer((near) => {
    const far = connectTo(Number(target.port), target.hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => {}).on('data', (chunk) => !frozen.has(from) && to.write(chunk))
      from.on('close', () => !frozen.has(from) && to.destroy())
    }
  }).listen(0, '127.0.0.1')
  const frozen = new Set<Socket>()
  await once(proxy, 'listening')
  const through = new URL(url)
  through.port = String((proxy.address() as AddressInfo).port)
  return {
    url: through.href,
    freeze: () => sockets.forEach((socket) => frozen.add(socket)),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      proxy.close()
    },
  }
}
