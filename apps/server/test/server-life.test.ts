import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { answerIn, chat, chatBody, chunksOf, json, open, send } from './http-client.ts'
import { ServerProcess, startServer, until } from './server-process.ts'
import { Client } from './web-socket-client.ts'

const folder = mkdtempSync(join(tmpdir(), 'rekindle-life-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A hundred words and more: at 10 ms a word there is time to do something meanwhile. */
const long = { headers: json, body: chatBody('Hello') }
const slow = { REKINDLE_WORKERS: '2', REKINDLE_OFFLINE_PACE_MS: '10' }
const api = '/api/agents/assistant/chat'

async function workersOf(server: ServerProcess, count: number): Promise<number[]> {
  const workers = new Set<number>()
  await until(async () => {
    const { json: alive } = await send(`${server.url}/livez`)
    return workers.add(alive.worker as number).size >= count
  }, server)
  return [...workers]
}

describe('a server that is told to stop', () => {
  it('finishes the turns in progress, over HTTP and WebSocket, and exits with 0', async () => {
    // Slow enough that the turns are still going on when all workers have stopped listening, on whatever machine.
    await using server = await startServer({ env: { ...slow, REKINDLE_OFFLINE_PACE_MS: '40' } })
    using client = await Client.open(server)
    client.turn('1', 'Hello')
    const response = await open(`${server.url}${api}`, long)
    let text = ''
    response.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    await until(() => client.answer('1').length > 10 && answerIn(chunksOf(text)).length > 10)

    server.signal('SIGTERM')
    await until(() => server.stdout.includes('Stopping'))
    // Every worker has stopped listening: a new connection is refused.
    await until(() =>
      send(`${server.url}/livez`).then(
        () => false,
        () => true,
      ),
    )
    client.turn('too late', 'Hello')
    expect(await client.outcome('too late')).toMatchObject({ type: 'error', error: { code: 'stopping' } })
    expect(text).not.toContain('[DONE]')

    expect((await client.outcome('1')).type).toBe('end')
    if (!response.complete) await once(response, 'end')
    expect(text).toMatch(/"type":"finish".*\n\ndata: \[DONE\]\n\n$/)
    expect(client.answer('1')).toBe(answerIn(chunksOf(text)))
    expect(await server.exited).toBe(0)
    expect(client.closed).toBe(1001)
    expect(server.stderr).toBe('')
  })

  it('cuts off what is not finished in time, says so, and exits with 1', async () => {
    await using server = await startServer({ env: { REKINDLE_OFFLINE_PACE_MS: '1000', REKINDLE_DRAIN_MS: '50' } })
    const response = await open(`${server.url}${api}`, long)
    server.signal('SIGINT')
    let text = ''
    for await (const piece of response.setEncoding('utf8')) text += piece
    expect(chunksOf(text).at(-1)?.type).toBe('abort')
    expect(await server.exited).toBe(1)
    expect(server.stdout).toContain('cut off')
  })

  it('exits at once when told again', async () => {
    await using server = await startServer({ env: { REKINDLE_OFFLINE_PACE_MS: '1000' } })
    const response = await open(`${server.url}${api}`, long)
    response.on('error', () => {})
    server.signal('SIGTERM')
    await until(() => server.stdout.includes('Stopping'))
    await until(() => {
      if (server.running) server.signal('SIGTERM')
      return !server.running
    })
    expect(await server.exited).toBe(143)
  })
})

describe('a server that loses a worker', () => {
  it('replaces it, and goes on answering meanwhile and afterwards', async () => {
    await using server = await startServer({ env: { REKINDLE_WORKERS: '2' } })
    const before = await workersOf(server, 2)
    process.kill(before[0]!, 'SIGKILL')
    await until(() => server.stderr.includes('was ended by SIGKILL'))
    expect((await chat(server)).answer).toBe('12 * 7 = 84')
    const after = new Set<number>()
    await until(async () => {
      after.add((await chat(server)).served.worker)
      return [...after].some((worker) => !before.includes(worker))
    }, server)
    expect(after).toContain(before[1])
    expect(await server.stop()).toBe(0)
  })

  it('keeps its port when the only worker dies', async () => {
    await using server = await startServer()
    const [worker] = await workersOf(server, 1)
    process.kill(worker!, 'SIGKILL')
    await until(() => server.stderr.includes('was ended by SIGKILL'))
    await until(
      () =>
        send(`${server.url}/livez`).then(
          ({ json: alive }) => alive.worker !== worker,
          () => false,
        ),
      server,
    )
    expect((await chat(server)).answer).toBe('12 * 7 = 84')
  })
})

describe('a server that starts', () => {
  const attempt = async (env: Record<string, string>): Promise<ServerProcess> => {
    const server = new ServerProcess({ env })
    await server.exited
    return server
  }

  it('prints in a few lines where it is, what it uses and how to change each', async () => {
    await using server = await startServer({
      dataDir: mkdtempSync(join(folder, 'run-')),
      env: { REKINDLE_DATA_DIR: 'data', REKINDLE_WORKERS: '2' },
    })
    expect(server.stdout.replaceAll(/\d\.\d s|:\d+|port \d+|(?<=USR2 )\d+/g, '…').replaceAll(/ +$/gm, '')).toMatchInlineSnapshot(`
      "
        Rekindle is ready at http://127.0.0.1… (…)

        address   127.0.0.1, …         HOST, PORT
        workers   2                             REKINDLE_WORKERS; kill -USR2 … restarts them one by one
        store     SQLite, data/configs.sqlite   REDIS_URL=redis://… for Redis
        database  SQLite, data/agents.sqlite    DATABASE_URL=postgres://… for PostgreSQL
        model     offline:small                 OPENAI_API_KEY=…, or see below

        Dashboard: http://127.0.0.1…/
        Sign in with any name: this is the development login, for this machine alone. With NODE_ENV=production it is off.

        Three sample agents were added to the empty database: assistant, data-analyst, planner.

        ! No model is set up: answers come from a small offline model, which only passes simple requests on to tools.
          For a real one set OPENAI_API_KEY, ANTHROPIC_API_KEY or GOOGLE_GENERATIVE_AI_API_KEY,
          or OPENAI_BASE_URL and REKINDLE_MODEL for any endpoint that speaks the OpenAI protocol.

        Try:
        curl -N -u developer:admin http://127.0.0.1…/api/agents/assistant/chat -H 'content-type: application/json' \\
          -d '{"id":"1","messages":[{"id":"1","role":"user","parts":[{"type":"text","text":"What is 12 * 7?"}]}]}'

      "
    `)
    expect(server.stderr).toBe('')
  })

  it('makes the cookie secret and the data folder, for its owner only', async () => {
    const dataDir = join(mkdtempSync(join(folder, 'run-')), 'deep', 'data')
    await using server = await startServer({ env: { REKINDLE_DATA_DIR: dataDir } })
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
    expect(statSync(join(dataDir, 'cookie-secret')).mode & 0o777).toBe(0o600)
    expect(await server.stop()).toBe(0)
  })

  it('says in one line that its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    await using server = await attempt({ PORT: String(port) })
    expect(await server.exited).toBe(1)
    expect(server.stderr).toBe(`Rekindle cannot start: port ${port} of 127.0.0.1 is in use. Set PORT to another one.\n`)
    expect(server.stdout).toBe('')
    taken.close()
  })

  it('says in one line which setting is wrong', async () => {
    await using server = await attempt({ REKINDLE_WORKERS: 'many' })
    expect(await server.exited).toBe(1)
    expect(server.stderr).toBe('Rekindle cannot start: REKINDLE_WORKERS must be a whole number from 1 to 256; got "many".\n')
  })

  it('says in one line that the database cannot be used, without its password', async () => {
    await using server = await attempt({ DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:9/agents?password=hunter2' })
    expect(await server.exited).toBe(1)
    const where = 'postgres://127.0.0.1:9/agents (DATABASE_URL)'
    const why = 'The database could not be migrated: connect ECONNREFUSED 127.0.0.1:9'
    expect(server.stderr).toBe(`Rekindle cannot start: The database ${where} cannot be used: ${why}\n`)
  })

  it('gives up when workers fail again and again, and says why', async () => {
    await using server = new ServerProcess({ env: { NODE_OPTIONS: `--require=${brokenWorker()}` } })
    expect(await server.exited).toBe(1)
    expect(server.stderr).toContain('Rekindle cannot start: Workers fail again and again as they start. The last one: Worker')
    expect(server.stdout).toBe('')
  })

  /** A module that makes every worker, and no primary, end as it starts. */
  function brokenWorker(): string {
    const path = join(folder, 'broken.cjs')
    writeFileSync(path, "if (require('node:cluster').isWorker) process.exit(7)\n")
    return path
  }
})
