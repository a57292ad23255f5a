import { isStepCount, tool, ToolLoopAgent } from 'ai'
import type { ToolSet } from 'ai'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createTools } from '../tools/tool-registry.ts'
import type { Pace } from './offline-model.ts'
import { createOfflineProvider } from './offline-provider.ts'

const registry = createTools({ now: () => Date.parse('2026-03-01T12:00:00Z') })
const tools: ToolSet = Object.fromEntries(
  Object.entries(registry).map(([name, entry]) => [name, typeof entry === 'function' ? entry({}) : entry]),
)

function agent(given: ToolSet = tools, pace?: Pace) {
  const model = createOfflineProvider(pace ? { pace } : {}).languageModel('small')
  return new ToolLoopAgent({ model, tools: given, instructions: 'You are a calm helper.\nMore lines.', stopWhen: isStepCount(5) })
}

async function collect<Part>(stream: AsyncIterable<Part>): Promise<Part[]> {
  const parts: Part[] = []
  for await (const part of stream) parts.push(part)
  return parts
}

describe('an agent on the offline model', () => {
  it.each([
    ['what is 12*7?', '12*7 = 84'],
    ['what time is it in Tokyo?', 'In Asia/Tokyo it is 21:00 on Sunday, 2026-03-01 (UTC+09:00).'],
    [
      'mean of 3, 5, 8',
      'Of 3 values: mean 5.33333333333333, median 5, sum 16, smallest 3, largest 8, standard deviation 2.51661147842.',
    ],
    ['what date is 10 days after 2026-03-01', '10 days after 2026-03-01 is Wednesday, 2026-03-11.'],
    ['convert 10 km to miles', '10 km = 6.21371192237 mi'],
    ['What is 1/0?', 'calculator could not do that: Division by zero.'],
  ])('answers %j by calling a tool', async (prompt, answer) => {
    const result = await agent().generate({ prompt })
    expect(result.text).toBe(answer)
    expect(result.steps.map((step) => step.finishReason)).toEqual(['tool-calls', 'stop'])
    expect(result.usage).toMatchObject({ inputTokens: expect.any(Number) as number, outputTokens: expect.any(Number) as number })
  })

  it('streams the same answer word by word', async () => {
    const { stream } = await agent().stream({ prompt: 'What is 12*7? What time is it in Tokyo?' })
    const parts = await collect(stream)
    const deltas = parts.filter((part) => part.type === 'text-delta').map((part) => part.text)
    expect(deltas.length).toBeGreaterThan(5)
    expect(deltas.join('')).toBe('12*7 = 84\nIn Asia/Tokyo it is 21:00 on Sunday, 2026-03-01 (UTC+09:00).')
    expect(parts.filter((part) => part.type === 'tool-result').map((part) => part.toolName)).toEqual([
      'calculator',
      'current_time',
    ])
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' })
  })

  it('says what it is, what the agent is for, which tools it has and how to use a real model', async () => {
    const { text } = await agent({ calculator: tools.calculator as ToolSet[string] }).generate({ prompt: 'Who are you?' })
    expect(text).toContain('small offline model')
    expect(text).toContain('“You are a calm helper.”')
    expect(text).toContain('Its tools: calculator.')
    expect(text).toContain('“What is 12 * 7?”')
    expect(text).toContain('OPENAI_API_KEY')
  })

  it('gives the same conversation the same answer and ids, and other turns other ids', async () => {
    const ids = async (prompt: string) =>
      (await agent().generate({ prompt })).steps.flatMap((step) => [
        step.response.id,
        ...step.toolCalls.map((call) => call.toolCallId),
      ])
    const first = await ids('what is 12*7?')
    expect(await ids('what is 12*7?')).toEqual(first)
    expect(new Set([...first, ...(await ids('what is 12*8?'))]).size).toBe(6)
  })

  it('answers the latest message of a conversation', async () => {
    const first = await agent().generate({ prompt: 'what is 12*7?' })
    const messages = [
      { role: 'user' as const, content: 'what is 12*7?' },
      ...first.responseMessages,
      { role: 'user' as const, content: 'and 2+2?' },
    ]
    const second = await agent().generate({ messages })
    expect(second.text).toBe('2+2 = 4')
    const calls = [first, second].flatMap((result) =>
      result.steps.flatMap((step) => step.toolCalls.map((call) => call.toolCallId)),
    )
    expect(new Set(calls).size).toBe(2)
  })

  it('reports results that have no summary as they are', async () => {
    const lookup = tool({
      description: 'Looks up.',
      inputSchema: z.object({ id: z.int() }),
      execute: ({ id }) => ({ id, found: true }),
    })
    const { text } = await agent({ lookup }).generate({ prompt: 'lookup {"id": 7}' })
    expect(text).toBe('lookup returned {"id":7,"found":true}.')
  })

  it('reports input that a tool refuses', async () => {
    const { text } = await agent().generate({ prompt: 'calculator {"expression": 7}' })
    expect(text).toMatch(/^calculator could not do that: .*expression/s)
  })

  it('stops at maxOutputTokens and says so', async () => {
    const model = createOfflineProvider().languageModel('small')
    const result = await new ToolLoopAgent({ model, maxOutputTokens: 5 }).generate({ prompt: 'hello' })
    expect(result.text).toHaveLength(20)
    expect(result.finishReason).toBe('length')
    expect(result.usage.outputTokens).toBe(5)
  })

  it('calls no tool when told not to', async () => {
    const model = createOfflineProvider().languageModel('small')
    const result = await new ToolLoopAgent({ model, tools, toolChoice: 'none' }).generate({ prompt: 'what is 12*7?' })
    expect(result.toolCalls).toEqual([])
    expect(result.text).toContain('small offline model')
  })

  it('does not answer when aborted before', async () => {
    const abortSignal = AbortSignal.abort()
    await expect(agent().generate({ prompt: 'hello', abortSignal })).rejects.toThrow(/abort/i)
  })

  it('stops streaming when aborted in the middle', async () => {
    const abort = new AbortController()
    let pieces = 0
    const pace: Pace = async () => {
      if (++pieces === 4) abort.abort()
    }
    const { stream } = await agent({}, pace).stream({ prompt: 'hello', abortSignal: abort.signal })
    const parts = await collect(stream)
    expect(parts.at(-1)?.type).toBe('abort')
    expect(pieces).toBe(4)
  })

  it('stops working when its reader goes away', async () => {
    let pieces = 0
    const pace: Pace = async () => void pieces++
    const { stream } = await createOfflineProvider({ pace }).languageModel('small').doStream({ prompt: [] })
    const reader = stream.getReader()
    await reader.read()
    await reader.cancel()
    const then = pieces
    await new Promise((resolve) => setImmediate(resolve))
    expect(pieces).toBe(then)
    expect(then).toBeLessThan(5)
  })

  it('warns that it has no structured output', async () => {
    const { warnings } = await createOfflineProvider()
      .languageModel('small')
      .doGenerate({ prompt: [], responseFormat: { type: 'json' } })
    expect(warnings).toMatchObject([{ type: 'unsupported', feature: 'responseFormat' }])
  })

  it('exists under one id only', () => {
    expect(() => createOfflineProvider().languageModel('large')).toThrow(
      'The offline provider has one model, offline:small; got offline:large.',
    )
  })
})
