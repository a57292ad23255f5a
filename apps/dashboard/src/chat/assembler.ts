import type { ChatMessage, Part, ToolPart } from './message.ts'
import { isToolPart } from './message.ts'

/** A chunk of the AI SDK's UI message stream. Kinds that this page does not show are among the last. */
export type Chunk =
  | { readonly type: 'start'; readonly messageId?: string; readonly messageMetadata?: unknown }
  | { readonly type: 'message-metadata' | 'finish' | 'abort'; readonly messageMetadata?: unknown }
  | { readonly type: 'text-start' | 'text-end' | 'reasoning-start' | 'reasoning-end'; readonly id: string }
  | { readonly type: 'text-delta' | 'reasoning-delta'; readonly id: string; readonly delta: string }
  | ({ readonly type: 'tool-input-start' } & ToolCall)
  | { readonly type: 'tool-input-delta'; readonly toolCallId: string; readonly inputTextDelta: string }
  | ({ readonly type: 'tool-input-available'; readonly input: unknown } & ToolCall)
  | ({ readonly type: 'tool-input-error'; readonly input: unknown; readonly errorText: string } & ToolCall)
  | { readonly type: 'tool-output-available'; readonly toolCallId: string; readonly output: unknown }
  | { readonly type: 'tool-output-error'; readonly toolCallId: string; readonly errorText: string }
  | { readonly type: 'start-step' | 'finish-step' | 'reset-step' }
  | { readonly type: 'source-url'; readonly url: string; readonly title?: string }
  | { readonly type: 'file'; readonly mediaType: string }
  | { readonly type: 'error'; readonly errorText: string }

interface ToolCall {
  readonly toolCallId: string
  readonly toolName: string
  readonly dynamic?: boolean
}

/** The message once `chunk` has come. `start` begins it anew, so a reply that is streamed again from its beginning is not doubled. */
export function assemble(message: ChatMessage, chunk: Chunk): ChatMessage {
  switch (chunk.type) {
    case 'start':
      return { id: chunk.messageId ?? message.id, role: 'assistant', parts: [], metadata: chunk.messageMetadata }
    case 'message-metadata':
    case 'finish':
      return { ...message, metadata: mergedMetadata(message.metadata, chunk.messageMetadata) }
    case 'reset-step':
      return { ...message, parts: message.parts.slice(0, message.parts.findLastIndex(({ type }) => type === 'step-start') + 1) }
    default:
      return { ...message, parts: withChunk(message.parts, chunk) }
  }
}

function withChunk(parts: readonly Part[], chunk: Chunk): readonly Part[] {
  switch (chunk.type) {
    case 'start-step':
      return [...parts, { type: 'step-start' }]
    case 'text-start':
    case 'text-delta':
    case 'text-end':
      return withText(parts, 'text', chunk)
    case 'reasoning-start':
    case 'reasoning-delta':
    case 'reasoning-end':
      return withText(parts, 'reasoning', chunk)
    case 'tool-input-start':
      return withTool(parts, chunk, { state: 'input-streaming', inputText: '' })
    case 'tool-input-delta': {
      const before = toolIn(parts, chunk.toolCallId)?.inputText ?? ''
      return withTool(parts, chunk, { inputText: before + chunk.inputTextDelta })
    }
    case 'tool-input-available':
      return withTool(parts, chunk, { state: 'input-available', input: chunk.input })
    case 'tool-input-error':
      return withTool(parts, chunk, { state: 'output-error', input: chunk.input, errorText: chunk.errorText })
    case 'tool-output-available':
      return withTool(parts, chunk, { state: 'output-available', output: chunk.output })
    case 'tool-output-error':
      return withTool(parts, chunk, { state: 'output-error', errorText: chunk.errorText })
    case 'source-url':
    case 'file':
      return [...parts, chunk]
    default:
      return parts
  }
}

function withText(
  parts: readonly Part[],
  type: 'text' | 'reasoning',
  { id, ...chunk }: { readonly type: string; readonly id: string; readonly delta?: string },
): readonly Part[] {
  const at = chunk.type.endsWith('-start')
    ? -1
    : parts.findLastIndex((part) => part.type === type && 'id' in part && part.id === id)
  const before = parts[at]
  const text = (before !== undefined && 'text' in before ? before.text : '') + (chunk.delta ?? '')
  const part: Part = { type, id, text, state: chunk.type.endsWith('-end') ? 'done' : 'streaming' }
  return before === undefined ? [...parts, part] : parts.with(at, part)
}

function withTool(
  parts: readonly Part[],
  { toolCallId, toolName, dynamic }: Partial<ToolCall> & Pick<ToolCall, 'toolCallId'>,
  news: Partial<ToolPart>,
): readonly Part[] {
  const before = toolIn(parts, toolCallId)
  if (before !== undefined) return parts.with(parts.indexOf(before), { ...before, ...news })
  // Of a call that nobody has heard the beginning of there is no telling which tool it is.
  if (toolName === undefined) return parts
  const type = dynamic === true ? 'dynamic-tool' : (`tool-${toolName}` as const)
  return [...parts, { type, toolCallId, toolName, state: 'input-available', ...news }]
}

function toolIn(parts: readonly Part[], toolCallId: string): ToolPart | undefined {
  return parts.find((part): part is ToolPart => isToolPart(part) && part.toolCallId === toolCallId)
}

function mergedMetadata(before: unknown, more: unknown): unknown {
  return more === undefined ? before : { ...(Object(before) as object), ...(Object(more) as object) }
}
