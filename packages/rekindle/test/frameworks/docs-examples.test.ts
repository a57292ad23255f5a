import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { channel, tracingChannel } from 'node:diagnostics_channel'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { metrics } from '@opentelemetry/api'
import type { Redis } from 'ioredis'
import pg from 'pg'
import type { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Advice } from '../../src/advisor/index.ts'
import { type AgentCache, type AgentKey, eventChannel, operationChannel } from '../../src/index.ts'
import type { ChangeListener } from '../../src/postgres/index.ts'
import type { ManualClock } from '../../src/testing/index.ts'
import { ToolServer } from '../mcp/tool-server.ts'
import { startPostgres } from '../postgres-server.ts'
import { type RedisServer, startRedis } from '../redis-server.ts'
import { otlpReceiver } from '../telemetry/otlp-receiver.ts'
import { ResponsesServer } from './responses-server.ts'

// What the docs show, run with what is built.
const folder = join(import.meta.dirname, '../../../../examples/docs')

type Agents = AgentCache<unknown, { greet(): string }>

interface Server {
  readonly app: { listen(options: object): Promise<string>; close(): Promise<void> }
}

let redis: RedisServer
let model: ResponsesServer
beforeAll(async () => {
  redis = await startRedis()
  model = await ResponsesServer.start()
  vi.stubEnv('REDIS_URL', `redis://127.0.0.1:${redis.port}`)
  vi.stubEnv('OPENAI_BASE_URL', model.baseURL)
  vi.stubEnv('OPENAI_API_KEY', 'none')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await model[Symbol.asyncDispose]()
  await redis[Symbol.asyncDispose]()
})

async function example<Exports>(name: string): Promise<Exports> {
  return (await import(/* @vite-ignore */ join(folder, `${name}.ts`))) as Exports
}

/** What it says, and what it says of where the agent came from. */
async function chat(address: string, body: object, headers: Record<string, string>): Promise<[string, string | null]> {
  const reply = await fetch(`${address}/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    body: JSON.stringify(body),
  })
  expect(reply.status).toBe(200)
  return [await reply.text(), reply.headers.get('x-served-from')]
}

it('README.md: the server serves a user from a build, then from memory, and the next user from the shared config', async () => {
  const { app, agents } = await example<Server & { readonly agents: Agents }>('readme')
  const address = await app.listen({ port: 0 })
  const ask = (user: string) => chat(address, { prompt: 'Hello' }, { 'x-user': user })
  expect(await ask('ann')).toEqual(['Done.', 'build'])
  expect(await ask('ann')).toEqual(['Done.', 'memory'])
  expect(await ask('bob')).toEqual(['Done.', 'config'])
  await agents.invalidate({ tags: ['model:openai:gpt-6-luna'] })
  expect(await ask('bob')).toEqual(['Done.', 'build'])
  await app.close()
  await agents.close()
})

it('docs/from-your-code.md: both servers send the model the same and say the same; the second builds its agent once', async () => {
  await using crm = await ToolServer.start()
  crm.credentials = ['Bearer crm-token-of-ann']
  vi.stubEnv('CRM_URL', crm.url)
  const before = await example<Server>('from-your-code-before')
  const after = await example<Server & { agents: Agents; mcp: AsyncDisposable }>('from-your-code-after')
  const headers = { 'x-user': 'ann', 'x-agent': '42' }
  const texts: string[] = []
  const sent: unknown[] = []
  for (const { app } of [before, after]) {
    const address = await app.listen({ port: 0 })
    for (let turn = 0; turn < 2; turn++) {
      model.requests = []
      texts.push((await chat(address, { prompt: 'Hello', reasoning: 'low' }, headers))[0])
      const { tools = [], ...rest } = model.requests[0]!
      sent.push({
        reasoning: rest['reasoning'],
        model: rest['model'],
        input: rest.input,
        tools: tools.map(({ name }) => name).sort(),
      })
    }
    await app.close()
  }
  expect(texts).toEqual(['Done.', 'Done.', 'Done.', 'Done.'])
  expect(sent).toEqual([sent[0], sent[0], sent[0], sent[0]])
  expect(sent[0]).toMatchObject({ reasoning: { effort: 'low' }, tools: ['crm_echo', 'search'] })
  expect(after.agents.stats().served).toMatchObject({ build: 1, memory: 1 })
  await after.agents.close()
  await after.mcp[Symbol.asyncDispose]()
})

it('docs/advisor.md: advice is what is shown of it, with a caution while little has been seen', async () => {
  const { agents, advice } = await example<{ agents: Agents; advice: Advice }>('advisor')
  // While there is a caution, nothing less than what is set is recommended.
  expect(advice.recommended.prediction.setting).toEqual(advice.current.setting)
  expect([typeof advice.recommended.why, typeof advice.caution]).toEqual(['string', 'string'])
  await agents.close()
})

it('docs/advisor.md: advice on all workers counts the requests that their recordings hold', async () => {
  const { agents, advice } = await example<{ agents: Agents; advice: Advice }>('advisor-fleet')
  expect(advice).toMatchObject({ requests: 3 })
  await agents.close()
})

it('docs/consistency.md: the audit tells of an agent that was edited and not invalidated', async () => {
  const { agents, clock, key, row, warnings } = await example<{
    agents: Agents
    clock: ManualClock
    key: AgentKey
    row: { name: string }
    warnings: unknown[]
  }>('consistency')
  await agents.use(key, () => {})
  row.name = 'another'
  await agents.use(key, () => {})
  await clock.advance(2_000)
  expect(warnings).toMatchObject([{ message: 'audit', outcome: 'inconsistent', key }])
  expect(agents.stats().audit.windows).toMatchObject(
    [1, 5, 10].map((minutes) => ({ minutes, audited: 1, inconsistent: 1, nines: 0 })),
  )
  await agents.close()
})

it('docs/operations.md: each look shows what it says', async () => {
  const { agents, key } = await example<{ agents: Agents; key: AgentKey }>('operations')
  expect(agents.stats().served).toMatchObject({ build: 1 })
  expect(agents.liveAgents()).toMatchObject([{ key }])
  expect(await agents.explain(key)).toMatchObject({ memory: { present: true, standing: 'fresh' } })
  expect((await agents.workers.stats()).workers).toHaveLength(1)
  expect((await agents.workers.explain(key)).workers).toHaveLength(1)
  await agents.close()
})

it('docs/operations.md: a sealed store shows nobody what it holds', async () => {
  vi.stubEnv('CACHE_KEY', randomBytes(32).toString('base64'))
  const { agents, client, key } = await example<{ agents: Agents; client: Redis; key: AgentKey }>('operations-sealed')
  await agents.use(key, () => {})
  await agents.close()
  const kept = await Promise.all((await client.keys('*docs*')).map((name) => client.dumpBuffer(name)))
  expect(kept.length).toBeGreaterThan(1)
  expect(Buffer.concat(kept.filter((value) => value !== null)).includes('"name"')).toBe(false)
  client.disconnect()
})

it('docs/telemetry.md: a scrape has what the cache has counted', async () => {
  const { agents, key, register, stop } = await example<{
    agents: Agents
    key: AgentKey
    register: Registry
    stop: () => void
  }>('telemetry-prometheus')
  await agents.use(key, () => {})
  expect(await register.metrics()).toMatch(/rekindle_requests_total\{[^}]*tier="build"[^}]*\} 1/)
  stop()
  await agents.close()
})

it('docs/telemetry.md: one worker answers a scrape for all', async () => {
  const { agents, key, register } = await example<{ agents: Agents; key: AgentKey; register: Registry }>('telemetry-workers')
  await agents.use(key, () => {})
  expect(await register.metrics()).toMatch(/rekindle_requests_total\{[^}]*tier="build"[^}]*\} 1/)
  await agents.close()
})

it('docs/telemetry.md: the global meter provider gets the numbers', async () => {
  await using otlp = await otlpReceiver()
  metrics.setGlobalMeterProvider(otlp.meterProvider)
  const { agents, key, stop } = await example<{ agents: Agents; key: AgentKey; stop: () => void }>('telemetry-otel')
  await agents.use(key, () => {})
  expect((await otlp.metrics()).map(({ name }) => name)).toContain('rekindle.requests')
  stop()
  metrics.disable()
  await agents.close()
})

it('docs/telemetry.md: the channels tell of refused configs and failed loads', async () => {
  const { lines } = await example<{ lines: unknown[] }>('telemetry-channels')
  const identity = { namespace: 'docs', worker: 'w' }
  channel(eventChannel('config-refused')).publish({ ...identity, event: { key: { agentId: '42' }, reason: 'expired' } })
  const failing = tracingChannel(operationChannel('load')).tracePromise(() => Promise.reject(new Error('down')), {
    key: { agentId: '42' },
  })
  await expect(failing).rejects.toThrow('down')
  expect(lines).toMatchObject([
    { ...identity, agent: '42', reason: 'expired' },
    { agent: '42', error: new Error('down') },
  ])
})

it('packages/rekindle/README.md: an invalidated agent is superseded, and built anew for who comes next', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'rekindle-docs-'))
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'package-readme.ts')], { cwd })
  expect(stdout).toBe('build 42 true invalidated 1')
  expect(readdirSync(join(cwd, 'data'))).toContain('agents.db')
  rmSync(cwd, { recursive: true })
})

it('packages/rekindle/README.md: a row that any program changes is invalidated', async () => {
  await using postgres = await startPostgres()
  const url = await postgres.createDatabase()
  const admin = new pg.Client(url)
  await admin.connect()
  await admin.query(`CREATE TABLE agents (id text PRIMARY KEY, name text); INSERT INTO agents VALUES ('42', 'before')`)
  vi.stubEnv('DATABASE_URL', url)
  const { agents, changes, client, key } = await example<{
    agents: Agents
    changes: ChangeListener
    client: pg.Client
    key: AgentKey
  }>('package-readme-postgres')
  await changes.ready
  const lease = await agents.acquire(key)
  const retired = new Promise((resolve) => lease.retired.addEventListener('abort', resolve))
  await admin.query(`UPDATE agents SET name = 'after' WHERE id = '42'`)
  await retired
  lease.release()
  await Promise.all([changes.close(), agents.close(), client.end(), admin.end()])
})

/** Those are programs: they end by themselves. */
const programs = readdirSync(folder).filter((name) => /^(getting-started|concepts|migration|faq).*\.ts$/.test(name))

it.each(programs)('examples/docs/%s runs to its end, and has nothing to complain of', async (name) => {
  const cwd = mkdtempSync(join(tmpdir(), 'rekindle-docs-'))
  const { stderr } = await promisify(execFile)(process.execPath, [join(folder, name)], { cwd })
  expect(stderr).toBe('')
  rmSync(cwd, { recursive: true })
})
