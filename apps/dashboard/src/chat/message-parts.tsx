import { Icon } from '../parts/icon.tsx'
import { Pill } from '../parts/pill.tsx'
import { isToolPart, type Part, type ToolPart, toolNameOf } from './message.ts'

/** What was said, thought and done, in that order. All of it is text: what a model writes is never markup here. */
export function MessageParts({ parts }: { readonly parts: readonly Part[] }) {
  return (
    <>
      {parts.map((part, index) => (
        <OnePart key={isToolPart(part) ? part.toolCallId : index} part={part} />
      ))}
    </>
  )
}

function OnePart({ part }: { readonly part: Part }) {
  if (isToolPart(part)) return <ToolCall part={part} />
  switch (part.type) {
    case 'text':
      return part.text === '' ? null : <div class="said">{part.text}</div>
    case 'reasoning':
      return part.text === '' ? null : (
        <details open={part.state === 'streaming'}>
          <summary class="muted small">Reasoning</summary>
          <div class="thought">{part.text}</div>
        </details>
      )
    case 'source-url':
      return (
        <span class="muted small">
          Source: {part.title ?? ''} <code>{part.url}</code>
        </span>
      )
    case 'file':
      return <span class="muted small">File: {part.filename ?? part.mediaType}</span>
    default:
      return null
  }
}

const states = {
  'input-streaming': ['', 'being asked'],
  'input-available': ['', 'at work'],
  'output-available': ['good', 'done'],
  'output-error': ['bad', 'failed'],
} as const

function ToolCall({ part }: { readonly part: ToolPart }) {
  const [tone, label] = states[part.state] ?? ['', part.state]
  const { input, inputText = '', output, errorText } = part
  return (
    <details class="tool-call">
      <summary>
        <Icon name="tool" />
        <code>{toolNameOf(part)}</code>
        <Pill tone={tone}>{label}</Pill>
      </summary>
      <div class="detail">
        <h3>Input</h3>
        <pre>{input === undefined ? inputText : shown(input)}</pre>
        {output !== undefined && (
          <>
            <h3>Output</h3>
            <pre>{shown(output)}</pre>
          </>
        )}
        {errorText !== undefined && (
          <>
            <h3>Error</h3>
            <pre class="bad">{errorText}</pre>
          </>
        )}
      </div>
    </details>
  )
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)
}
