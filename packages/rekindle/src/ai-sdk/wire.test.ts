import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { tool } from 'ai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { AgentConfig } from '../agent-config/agent-config.ts'
import { freezeDeep } from '../config/json.ts'
import { aiSdkAgents } from './ai-sdk-agents.ts'

/** What a chat-completions request holds, as far as these tests look. */
interface Body {
  readonly model: string
  readonly stream?: boolean
  readonly reasoning_effort?: string
  readonly messages: readonly { readonly role: string; readonly content?: unknown }[]
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
}

/** Every request since the test began, byte for byte. */
let requests: string[] = []
let baseURL = ''

const call = { id: 'call-1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }
const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }

/** A model that asks for the weather first, and answers once it knows. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  requests.push(text)
  const body = JSON.parse(text) as Body
  const knows = body.messages.some(({ role }) => role === 'tool')
  const message = knows ? { role: 'assistant', content: 'Sunny.' } : { role: 'assistant', content: null, tool_calls: [call] }
  const finish_reason = knows ? 'stop' : 'tool_calls'
  const head = { id: 'c', created: 1, model: body.model }

  if (body.stream !== true) {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ ...head, object: 'chat.completion', choices: [{ index: 0, message, finish_reason }], usage }))
    return
  }
  response.setHeader('content-type', 'text/event-stream')
  const delta = knows ? message : { ...message, tool_calls: [{ ...call, index: 0 }] }
  const chunks = [
    { choices: [{ index: 0, delta, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason }], usage },
  ]
  for (const chunk of chunks)
    response.write(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...chunk })}\n\n`)
  response.end('data: [DONE]\n\n')
}

const server = createServer((request, response) => void answer(request, response))

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
beforeEach(() => {
  requests = []
})

const config: AgentConfig = {
  version: 1,
  model: 'local:reasoner:7b',
  instructions: 'Answer in one word.',
  settings: { temperature: 0.5, maxOutputTokens: 50, stopSequences: ['END'], seed: 3, maxRetries: 0, toolChoice: 'auto' },
  reasoning: 'high',
  maxSteps: 5,
  tools: ['weather', { name: 'search', options: { index: 'docs' } }, 'clock'],
  metadata: { title: 'Weather' },
}

/** What one worker would set up for itself, with the registry in an order of its own. */
function worker() {
  const place = z.object({ city: z.string() })
  return aiSdkAgents({
    models: { local: createOpenAICompatible({ name: 'local', baseURL, apiKey: 'none', includeUsage: true }) },
    tools: {
      clock: tool({ description: 'The time.', inputSchema: z.object({}), execute: () => 'noon' }),
      search: (options) =>
        tool({
          description: `Searches ${String(options.index)}.`,
          inputSchema: z.object({ query: z.string() }),
          execute: () => '',
        }),
      weather: tool({ description: 'The weather.', inputSchema: place, execute: ({ city }) => `sunny in ${city}` }),
    },
  })
}

async function agentOf(agents: ReturnType<typeof worker>, value: AgentConfig = config) {
  const copy = JSON.parse(JSON.stringify(value)) as AgentConfig
  freezeDeep(copy)
  return agents.createAgent(copy, { agentId: '42' }, { signal: new AbortController().signal })
}

type Agent = Awaited<ReturnType<typeof agentOf>>
const prompt = 'What is the weather in Oslo?'
const runs: [name: string, run: (agent: Agent) => PromiseLike<string>][] = [
  ['generate', async (agent) => (await agent.generate({ prompt })).text],
  ['stream', async (agent) => (await agent.stream({ prompt })).text],
]

describe.each(runs)('an agent made from a frozen config, on the wire (%s)', (_, run) => {
  it('sends its instructions, reasoning effort, settings, and tools in their order', async () => {
    expect(await run(await agentOf(worker()))).toBe('Sunny.')
    expect(requests).toHaveLength(2)
    const [first, second] = requests.map((request) => JSON.parse(request) as Body)
    expect(first).toMatchObject({
      model: 'reasoner:7b',
      reasoning_effort: 'high',
      temperature: 0.5,
      max_tokens: 50,
      stop: ['END'],
      seed: 3,
      tool_choice: 'auto',
      messages: [
        { role: 'system', content: 'Answer in one word.' },
        { role: 'user', content: prompt },
      ],
    })
    expect(first?.tools?.map((sent) => sent.function.name)).toEqual(['weather', 'search', 'clock'])
    expect(second?.messages.at(-1)).toMatchObject({ role: 'tool', content: 'sunny in Oslo' })
  })

  it('sends the same bytes as every other agent of this config, on any worker', async () => {
    const agents = worker()
    for (const made of [agents, agents, worker()]) await run(await agentOf(made))
    const [one, two, three] = [requests.slice(0, 2), requests.slice(2, 4), requests.slice(4)]
    expect(two).toEqual(one)
    expect(three).toEqual(one)
  })

  it('sends the same bytes at its hundredth run as at its first: a run leaves nothing behind in it', async () => {
    const agent = await agentOf(worker())
    await Promise.all(Array.from({ length: 100 }, () => run(agent)))
    expect(new Set(requests).size).toBe(2)
  })

  it('sends no tools and no effort for a config that has none', async () => {
    await run(await agentOf(worker(), { version: 1, model: 'local:m' }))
    expect(Object.keys(JSON.parse(requests[0] ?? '') as Body).filter((field) => !field.startsWith('stream'))).toEqual([
      'model',
      'messages',
    ])
  })

  it.each([
    ['none', 'none'],
    ['default', undefined],
  ] as const)('sends for reasoning %s the effort %s', async (reasoning, effort) => {
    await run(await agentOf(worker(), { ...config, reasoning }))
    expect((JSON.parse(requests[0] ?? '') as Body).reasoning_effort).toBe(effort)
  })
})
