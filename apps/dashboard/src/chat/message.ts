/** Messages as the AI SDK's UI messages are stored and streamed, as far as this page shows them. */
export interface ChatMessage {
  readonly id: string
  readonly role: 'user' | 'assistant' | 'system'
  readonly parts: readonly Part[]
  readonly metadata?: unknown
}

export type Part =
  | { readonly type: 'text' | 'reasoning'; readonly text: string; readonly state?: 'streaming' | 'done'; readonly id?: string }
  | ToolPart
  | { readonly type: 'step-start' }
  | { readonly type: 'source-url'; readonly url: string; readonly title?: string }
  | { readonly type: 'file'; readonly mediaType: string; readonly filename?: string }

export interface ToolPart {
  readonly type: 'dynamic-tool' | `tool-${string}`
  readonly toolCallId: string
  /** Of a dynamic tool; of others it is in the type. */
  readonly toolName?: string
  readonly state: 'input-streaming' | 'input-available' | 'output-available' | 'output-error'
  readonly input?: unknown
  /** While it comes in. */
  readonly inputText?: string
  readonly output?: unknown
  readonly errorText?: string
}

export const isToolPart = (part: Part): part is ToolPart => part.type === 'dynamic-tool' || part.type.startsWith('tool-')

export const toolNameOf = ({ type, toolName }: ToolPart): string => toolName ?? type.slice('tool-'.length)

/** How the agent of a reply was come by. */
export interface Served {
  readonly source: 'memory' | 'config' | 'build'
  readonly reason?: string
  readonly ms: number
  readonly fingerprint?: string
  readonly worker: number | string
}

export function servedOf({ metadata }: ChatMessage): Served | undefined {
  const { rekindle } = Object(metadata) as { rekindle?: unknown }
  const { source, ms } = Object(rekindle) as Partial<Served>
  const isServed = (source === 'memory' || source === 'config' || source === 'build') && typeof ms === 'number'
  return isServed ? (rekindle as Served) : undefined
}

export function textOf({ parts }: ChatMessage): string {
  return parts.map((part) => (part.type === 'text' ? (part as { text: string }).text : '')).join('')
}

/** By the id of each reply that another version of the agent gave than the reply before: both fingerprints. */
export function versionChanges(messages: readonly ChatMessage[]): ReadonlyMap<string, { from: string; to: string }> {
  const changes = new Map<string, { from: string; to: string }>()
  let from: string | undefined
  for (const message of messages) {
    const to = servedOf(message)?.fingerprint
    if (to === undefined) continue
    if (from !== undefined && from !== to) changes.set(message.id, { from, to })
    from = to
  }
  return changes
}
