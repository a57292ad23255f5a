import { Agent, get } from 'node:http'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AgentCacheStats } from 'rekindle'
import type { About } from '../src/fleet/about.ts'
import type { FleetAdvice } from '../src/fleet/fleet-advice.ts'
import { chat, json, send } from './http-client.ts'
import { startServer, until } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'

const admin = 'ada:admin'
const user = 'bob:user'
const folder = mkdtempSync(join(tmpdir(), 'rekindle-restarts-'))
/** While it exists, no worker can start. */
const broken = join(folder, 'broken')

let server: ServerProcess
beforeAll(async () => {
  const script = join(folder, 'breakable.cjs')
  const test = `require('node:cluster').isWorker && require('node:fs').existsSync(${JSON.stringify(broken)})`
  writeFileSync(script, `if (${test}) process.exit(7)\n`)
  server = await startServer({
    env: { REKINDLE_WORKERS: '2', REKINDLE_SHUTDOWN_DELAY_MS: '1000', NODE_OPTIONS: `--require=${script}` },
  })
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

interface Fleet {
  readonly workers: readonly { readonly worker: string; readonly about: About; readonly stats: AgentCacheStats }[]
}

async function fleet(): Promise<Fleet> {
  const { json: reply } = await send(`${server.url}/api/fleet`, { user: admin })
  return reply as unknown as Fleet
}

/** A turn at each of the two workers. */
async function turnEverywhere(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) expect((await chat(server, { user })).status).toBe(200)
}

async function pids(): Promise<number[]> {
  return (await fleet()).workers.map(({ about }) => about.pid)
}

function post(path: string, body: object, as: string) {
  return send(`${server.url}${path}`, { user: as, headers: json, body: JSON.stringify(body) })
}

/** The value of the one line in the text of Prometheus that has these labels. */
function sampleIn(text: string, name: string, labels: Readonly<Record<string, string>>): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) && wanted.every((each) => line.includes(each)))
  expect([name, labels, lines.length]).toEqual([name, labels, 1])
  return Number(lines[0]!.split(' ').at(-1))
}

/** One request without an identity: its status or the code of its error, and how long that took. */
function request(agent: Agent | false): Promise<{ readonly outcome: number | string | undefined; readonly ms: number }> {
  const began = performance.now()
  return new Promise((resolve) => {
    const done = (outcome: number | string | undefined): void => resolve({ outcome, ms: performance.now() - began })
    const asked = get(`${server.url}/livez`, { agent, timeout: 10_000 }, (response) => {
      response
        .resume()
        .on('end', () => done(response.statusCode))
        .on('error', () => done('cut'))
    })
    asked.on('timeout', () => asked.destroy(Object.assign(new Error('no answer'), { code: 'HUNG' })))
    asked.on('error', (error: NodeJS.ErrnoException) => done(error.code))
  })
}

describe('the fleet', () => {
  it('says for admins what each worker does, and of which agents', async () => {
    await turnEverywhere()
    await turnEverywhere()
    const { workers } = await fleet()
    expect(workers).toHaveLength(2)
    const uses = workers.flatMap(({ about }) => about.agents)
    expect(uses.map(({ agentId, live }) => ({ agentId, live }))).toEqual([
      { agentId: 'assistant', live: 1 },
      { agentId: 'assistant', live: 1 },
    ])
    const served = uses.map((use) => use.served)
    expect(served.reduce((sum, { memory, config, build }) => sum + memory + config + build, 0)).toBe(4)
    expect(uses.map(({ reasons }) => reasons)).toEqual([{ cold: 1 }, { cold: 1 }])
    expect(new Set(uses.flatMap(({ fingerprints }) => fingerprints)).size).toBe(1)
    expect(workers[0]?.about).toMatchObject({ turns: 0, sockets: 0, series: { stepMs: 5_000 } })

    expect((await send(`${server.url}/api/fleet`, { user })).status).toBe(403)
    expect((await send(`${server.url}/api/fleet`, { user: null })).status).toBe(401)
  })

  it('explains an agent to its user, and that of others to admins alone', async () => {
    await turnEverywhere()
    const own = await post('/api/cache/explain', { agentId: 'assistant' }, user)
    expect(own.json).toMatchObject({ key: { agentId: 'assistant', userId: 'bob' }, config: { state: 'usable' } })
    const others = { agentId: 'assistant', userId: 'bob' }
    expect((await post('/api/cache/explain', others, admin)).json).toEqual(expect.objectContaining({ key: own.json.key }))
    const refused = await post('/api/cache/explain', others, 'eve:user')
    expect(refused).toMatchObject({ status: 403, json: { error: { code: 'forbidden', path: 'userId' } } })
  })

  it('tells Prometheus what all workers of the machine count, if it shows the key of an admin', async () => {
    await turnEverywhere()
    const { secret } = (await post('/api/keys', { name: 'scraper', role: 'admin' }, admin)).json
    const { text, headers } = await send(`${server.url}/metrics`, { headers: { authorization: `Bearer ${String(secret)}` } })
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
    const { workers } = await fleet()
    expect(text.match(/^rekindle_server_turns\{/gm)).toHaveLength(2)
    for (const { worker, stats, about } of workers) {
      const { memory, config, build } = stats.served
      const served = ['memory', 'config', 'build'].map((tier) => sampleIn(text, 'rekindle_requests_total', { worker, tier }))
      expect([memory + config + build > 0, served]).toEqual([true, [memory, config, build]])
      expect(sampleIn(text, 'rekindle_misses_total', { worker, reason: 'cold' })).toBe(stats.misses.cold)
      expect(sampleIn(text, 'rekindle_request_duration_seconds_count', { worker, tier: 'build' })).toBe(stats.latency.build.count)
      expect(sampleIn(text, 'rekindle_agents_live', { worker })).toBe(stats.live)
      expect(sampleIn(text, 'rekindle_server_turns', { worker })).toBe(about.turns)
      expect(sampleIn(text, 'rekindle_server_resident_memory_bytes', { worker })).toBeGreaterThan(10_000_000)
      expect(sampleIn(text, 'rekindle_server_event_loop_delay_seconds', { worker })).toBeLessThan(10)
    }
    expect(text).toContain('\nrekindle_server_silent_workers 0\n')
    expect((await send(`${server.url}/metrics`, { user })).status).toBe(403)
    expect((await send(`${server.url}/metrics`, { user: null })).status).toBe(401)
  })

  it('advises on how long to keep agents, by what all workers have been asked for', async () => {
    await turnEverywhere()
    const ask = async () => (await send(`${server.url}/api/advice`, { user: admin })).json as unknown as FleetAdvice
    const { workers } = await fleet()
    const found = await ask()
    expect(found).toMatchObject({ workers: expect.any(Array), silent: [], unwatched: [], unreachable: false, autoTune: null })
    expect(found.workers.toSorted()).toEqual(workers.map(({ worker }) => worker).toSorted())
    const served = workers.map(({ stats }) => stats.served)
    const requests = served.reduce((sum, { memory, config, build }) => sum + memory + config + build, 0)
    expect(found.served.memory + found.served.config + found.served.build).toBe(requests)
    expect(found.advice?.requests).toBe(requests)
    expect(found.advice?.current.setting).toEqual({
      configTtlMs: 3_600_000,
      liveTtlMs: 3_600_000,
      idleMs: 900_000,
      maxAgents: 1_000,
    })
    // So little is nothing to rely on.
    expect(found.advice?.caution).toMatch(/./)
    expect(found.audit).toMatchObject({ rate: 0.001, suspects: [], all: { inconsistent: 0 } })
    expect(found.audit.all.windows.map(({ minutes }) => minutes)).toEqual([1, 5, 10])
    // Each of the two workers works it out once.
    const later = await Promise.all([ask(), ask(), ask(), ask()])
    expect(new Set([found, ...later].map(({ at }) => at)).size).toBeLessThanOrEqual(2)
    expect((await send(`${server.url}/api/advice`, { user })).status).toBe(403)
  })

  it('forgets what an admin tells it to, in every worker', async () => {
    const refused = await post('/api/cache/invalidate', { target: 'all' }, user)
    expect(refused.status).toBe(403)
    const nothing = await post('/api/cache/invalidate', { target: {} }, admin)
    expect(nothing).toMatchObject({ status: 400, json: { error: { path: 'target' } } })
    const { json: reply } = await post('/api/cache/invalidate', { target: { agentId: 'assistant' } }, admin)
    expect(reply).toEqual({ confirmed: true })
    expect((await fleet()).workers.map(({ stats }) => stats.live)).toEqual([0, 0])
    expect((await chat(server, { user })).served).toMatchObject({ source: 'build', reason: 'invalidated' })
    expect((await chat(server, { user })).served.source).not.toBe('build')
  })
})

describe('a rolling restart', () => {
  it('replaces every worker by one that is warm, and no request fails', async () => {
    await turnEverywhere()
    const before = await pids()
    const kept = new Agent({ keepAlive: true, maxSockets: 4 })
    const outcomes = new Set<unknown>()
    const restart = new AbortController()
    const { signal } = restart
    const again = async (once: () => Promise<unknown>): Promise<void> => {
      while (!signal.aborted) {
        outcomes.add(await once())
        await delay(5)
      }
    }
    const connections = [kept, kept, kept, false, false] as const
    const clients = connections.map((agent) => again(async () => (await request(agent)).outcome))
    const turns = again(async () => (await chat(server, { user })).answer)
    try {
      server.signal('SIGUSR2')
      for (const times of [1, 2]) await until(() => server.stdout.split('Warming: 1/1 agents').length > times, server)
      await until(() => server.stdout.includes('2 workers were restarted'), server)
    } finally {
      restart.abort()
      await Promise.all([...clients, turns])
      kept.destroy()
    }
    expect(outcomes).toEqual(new Set(['12 * 7 = 84', 200]))

    const after = await fleet()
    expect(after.workers.filter(({ about }) => before.includes(about.pid))).toEqual([])
    // Whichever serves the next turn had the agent before it served anything.
    for (let turn = 0; turn < 2; turn++) expect((await chat(server, { user })).served.source).toBe('memory')
    expect(server.stdout).toContain('Warming: 1/1 agents')
    expect(server.stderr).toBe('')
  }, 60_000)

  it('ends when a new worker cannot start, and the old ones serve on', async () => {
    const before = await pids()
    writeFileSync(broken, '')
    server.signal('SIGUSR2')
    await until(() => server.stderr.includes('could not start; the others serve on'), server)
    rmSync(broken)
    expect(new Set(await pids())).toEqual(new Set(before))
  })
})

describe('a worker that is killed while connections come in', () => {
  it('costs those that it was serving, leaves none hanging, and the others take the rest', async () => {
    const [doomed] = await pids()
    const requests: Promise<{ readonly outcome: number | string | undefined; readonly late: boolean }>[] = []
    let killedAt = Infinity
    for (let tick = 0; tick < 200; tick++) {
      if (tick === 60) {
        killedAt = performance.now()
        process.kill(doomed!, 'SIGKILL')
      }
      const late = performance.now() > killedAt + 100
      for (let each = 0; each < 2; each++) requests.push(request(false).then(({ outcome }) => ({ outcome, late })))
      await delay(10)
    }
    const outcomes = await Promise.all(requests)
    expect(outcomes.filter(({ outcome }) => outcome === 'HUNG')).toEqual([])
    expect(outcomes.filter(({ outcome, late }) => late && outcome !== 200)).toEqual([])
    expect(outcomes.filter(({ outcome }) => outcome !== 200).length).toBeLessThan(10)
    await until(async () => (await pids()).length === 2, server)
  })
})

describe('a server with a delay before it stops', () => {
  it('says so to load balancers first, and serves what they still send', async () => {
    expect((await send(`${server.url}/readyz`)).json.status).toBe('ready')
    server.signal('SIGTERM')
    await until(async () => (await send(`${server.url}/readyz`)).status === 503, server)
    expect((await chat(server, { user })).answer).toBe('12 * 7 = 84')
    expect((await send(`${server.url}/readyz`)).json).toMatchObject({ status: 'stopping', error: { code: 'stopping' } })
    expect(await server.exited).toBe(0)
    expect(server.stdout).toContain('Stopping in 1 s')
  })
})
