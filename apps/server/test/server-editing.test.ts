import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRedis } from '../../../packages/rekindle/test/redis-server.ts'
import { edit, warm } from './editing-client.ts'
import { answerIn, chat, chatBody, chunksOf, json, open, servedIn } from './http-client.ts'
import { startPostgres } from '../../../packages/rekindle/test/postgres-server.ts'
import { startServer, until } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'

const workers = 4

interface Setup extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>
}

const onSqlite = async (): Promise<Setup> => ({ env: {}, [Symbol.asyncDispose]: async () => {} })

const onRedis = async (): Promise<Setup> => {
  const redis = await startRedis()
  return { env: { REDIS_URL: `redis://127.0.0.1:${redis.port}` }, [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose]() }
}

const onPostgresAndRedis = async (): Promise<Setup> => {
  await using stack = new AsyncDisposableStack()
  const redis = stack.use(await onRedis())
  const postgres = stack.use(await startPostgres())
  const env = { ...redis.env, DATABASE_URL: await postgres.createDatabase() }
  const all = stack.move()
  return { env, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

describe.each([
  ['SQLite', onSqlite],
  ['Redis', onRedis],
  ['PostgreSQL and Redis', onPostgresAndRedis],
])(`an edit, with ${workers} workers on %s`, (_name, setUp) => {
  let setup: Setup
  let server: ServerProcess
  beforeAll(async () => {
    setup = await setUp()
    server = await startServer({ env: { ...setup.env, REKINDLE_WORKERS: String(workers) } })
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await setup?.[Symbol.asyncDispose]()
  })

  it('is what the very next turn has, on every worker', async () => {
    const before = await warm(server, workers)
    const reply = await edit(server, { instructions: 'Be brief.', tools: ['calculator'] })
    expect(reply.json).toMatchObject({ agent: { instructions: 'Be brief.', version: 2 }, confirmed: true })

    const served = (await Promise.all(Array.from({ length: 40 }, () => chat(server, before)))).map((turn) => turn.served)
    expect(served.filter(({ fingerprint }) => fingerprint === before.fingerprint)).toEqual([])
    expect(new Set(served.map(({ fingerprint }) => fingerprint)).size).toBe(1)
    expect(new Set(served.map(({ worker }) => worker))).toEqual(before.workers)
    expect(new Set(served.map(({ source }) => source))).toContain('build')
  })

  it('is saved among others at once, each as a version of its own', async () => {
    const { version } = (await edit(server, { description: 'Edited.' })).json.agent
    const replies = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((count) => edit(server, { name: `Edit ${count}` })))
    expect(replies.map(({ json: reply }) => reply.confirmed)).toEqual(replies.map(() => true))
    const versions = replies.map(({ json: reply }) => reply.agent.version).toSorted((a, b) => a - b)
    expect(versions).toEqual(replies.map((_, at) => version + 1 + at))
  })

  it('is followed by no turn that has an earlier version, however many edits and turns there are', async () => {
    const { user } = await warm(server, workers)
    /** By fingerprint. The turn after each edit, and before the next one begins, tells. */
    const versions = new Map<string | undefined, number>()
    let latest = (await edit(server, { description: 'Edited.' })).json.agent.version
    const learn = async () => {
      const { fingerprint } = (await chat(server, { user })).served
      expect(versions.has(fingerprint)).toBe(false)
      versions.set(fingerprint, latest)
    }
    await learn()

    let over = false
    const turns: { readonly atLeast: number; readonly fingerprint: string | undefined }[] = []
    const talk = async () => {
      while (!over) {
        const atLeast = latest
        turns.push({ atLeast, fingerprint: (await chat(server, { user })).served.fingerprint })
      }
    }
    const talking = Promise.all(Array.from({ length: 6 }, talk))
    try {
      for (let count = 1; count <= 10; count++) {
        const reply = await edit(server, { instructions: `Be brief, for the ${count}th time.`, version: latest })
        expect(reply.json).toMatchObject({ agent: { version: latest + 1 }, confirmed: true })
        latest = reply.json.agent.version
        await learn()
      }
    } finally {
      over = true
      await talking
    }
    expect(turns.filter(({ atLeast, fingerprint }) => (versions.get(fingerprint) ?? 0) < atLeast)).toEqual([])
    expect(new Set(turns.map(({ atLeast }) => atLeast)).size).toBeGreaterThan(5)
  })
})

describe('an edit while the agent is talking', () => {
  it('leaves that turn alone, and concerns the next one', async () => {
    await using server = await startServer({ env: { REKINDLE_WORKERS: '2', REKINDLE_OFFLINE_PACE_MS: '10' } })
    const { user, served, answer } = await chat(server, { text: 'Hello' })
    const response = await open(`${server.url}/api/agents/assistant/chat`, { user, headers: json, body: chatBody('Hello') })
    let text = ''
    response.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    await until(() => answerIn(chunksOf(text)).length > 10)

    expect((await edit(server, { instructions: 'Be brief.', tools: [] })).json.confirmed).toBe(true)
    const next = await chat(server, { user, text: 'Hello' })
    expect(text).not.toContain('[DONE]')
    expect(next.served.fingerprint).not.toBe(served.fingerprint)

    await until(() => response.complete, server)
    expect(text).toMatch(/"type":"finish".*\n\ndata: \[DONE\]\n\n$/)
    expect(answerIn(chunksOf(text))).toBe(answer)
    expect(servedIn(chunksOf(text)).fingerprint).toBe(served.fingerprint)
    expect(await server.stop()).toBe(0)
    expect(server.stderr).toBe('')
  })
})
