import { createHash } from 'node:crypto'
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4Warning,
} from '@ai-sdk/provider'
import { planTurn } from './offline-turn.ts'

/** Awaited before every piece of a streamed answer. Rejects when `signal` aborts. */
export type Pace = (signal: AbortSignal | undefined) => Promise<void>

/**
 * A language model that needs no key, no network and no weights: it recognises simple requests, calls the agent's tools for
 * them and reports what they returned. Deterministic: the same conversation gets the same answer, ids included.
 */
export function offlineModel(provider: string, modelId: string, pace: Pace | undefined): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider,
    modelId,
    supportedUrls: {},
    async doGenerate(options) {
      options.abortSignal?.throwIfAborted()
      const { id, content, finishReason, usage, warnings } = answer(options)
      return { content, finishReason, usage, warnings, response: { id, modelId } }
    },
    async doStream(options) {
      options.abortSignal?.throwIfAborted()
      return { stream: ReadableStream.from(streamParts(answer(options), modelId, options.abortSignal, pace)) }
    },
  }
}

interface Answer {
  readonly id: string
  readonly content: LanguageModelV4Content[]
  readonly finishReason: LanguageModelV4FinishReason
  readonly usage: LanguageModelV4Usage
  readonly warnings: SharedV4Warning[]
}

function answer(options: LanguageModelV4CallOptions): Answer {
  const conversation = promptText(options.prompt)
  // The conversation grows with every turn, so an id made from it is new in every turn.
  const id = createHash('sha256').update(conversation).digest('hex').slice(0, 16)
  const warnings: SharedV4Warning[] =
    options.responseFormat?.type === 'json'
      ? [{ type: 'unsupported', feature: 'responseFormat', details: 'The offline model answers in plain text.' }]
      : []
  const turn = planTurn(options)
  if (turn.kind === 'calls') {
    const content = turn.calls.map(({ tool, input }, index): LanguageModelV4Content => ({
      type: 'tool-call',
      toolCallId: `call-${id}-${index}`,
      toolName: tool,
      input: JSON.stringify(input),
    }))
    const usage = usageOf(conversation, turn.calls.map(({ input }) => JSON.stringify(input)).join(''))
    return { id, content, finishReason: { unified: 'tool-calls', raw: 'tool-calls' }, usage, warnings }
  }
  const { maxOutputTokens = Infinity } = options
  const text = turn.text.slice(0, maxOutputTokens * charactersPerToken)
  const reason = text.length < turn.text.length ? 'length' : 'stop'
  return {
    id,
    content: [{ type: 'text', text }],
    finishReason: { unified: reason, raw: reason },
    usage: usageOf(conversation, text),
    warnings,
  }
}

async function* streamParts(
  { id, content, finishReason, usage, warnings }: Answer,
  modelId: string,
  signal: AbortSignal | undefined,
  pace: Pace | undefined,
): AsyncGenerator<LanguageModelV4StreamPart> {
  yield { type: 'stream-start', warnings }
  yield { type: 'response-metadata', id, modelId }
  for (const part of content) {
    for (const piece of piecesOf(part)) {
      await pace?.(signal)
      signal?.throwIfAborted()
      yield piece
    }
  }
  yield { type: 'finish', finishReason, usage }
}

function* piecesOf(part: LanguageModelV4Content): Generator<LanguageModelV4StreamPart> {
  if (part.type === 'text') {
    const id = 'text-0'
    yield { type: 'text-start', id }
    // Word by word, as real models do it.
    for (const delta of part.text.match(/\s*\S+|\s+$/g) ?? []) yield { type: 'text-delta', id, delta }
    yield { type: 'text-end', id }
  } else if (part.type === 'tool-call') {
    const { toolCallId: id, toolName, input } = part
    yield { type: 'tool-input-start', id, toolName }
    yield { type: 'tool-input-delta', id, delta: input }
    yield { type: 'tool-input-end', id }
    yield part
  }
}

/** A usual rule of thumb for English; there is no tokenizer here. */
const charactersPerToken = 4

function usageOf(input: string, output: string): LanguageModelV4Usage {
  const [read, written] = [input, output].map((text) => Math.ceil(text.length / charactersPerToken))
  return {
    inputTokens: { total: read, noCache: read, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: written, text: written, reasoning: 0 },
  }
}

/** All that is text in a conversation. Files are left out: their bytes would cost more to read than they tell. */
function promptText(prompt: LanguageModelV4Prompt): string {
  return JSON.stringify(prompt, (name, value: unknown) => (name === 'data' || value instanceof Uint8Array ? undefined : value))
}
