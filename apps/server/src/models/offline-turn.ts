import type { LanguageModelV4CallOptions, LanguageModelV4Prompt, LanguageModelV4ToolResultPart } from '@ai-sdk/provider'
import { findCsv, findNamedCall, findSchedule } from './offline-documents.ts'
import { intents } from './offline-intents.ts'
import { howToSwitch } from './provider-environment.ts'

interface PlannedCall {
  readonly tool: string
  readonly input: object
}

/** What the offline model does next: it calls tools, or it says something. */
export type Turn =
  | { readonly kind: 'calls'; readonly calls: readonly PlannedCall[] }
  | { readonly kind: 'text'; readonly text: string }

type TurnOptions = Pick<LanguageModelV4CallOptions, 'prompt' | 'tools' | 'toolChoice'>

const maxCalls = 5
/** Tables may be long. */
const maxText = 200_000
/** What is searched with patterns is short and has no runs of spaces: some of them take time in the square of the length. */
const maxQuestions = 4_000
const maxClause = 400

/** Decides from the conversation alone: the same conversation always gets the same turn. */
export function planTurn(options: TurnOptions): Turn {
  const { prompt } = options
  const asked = prompt.findLastIndex((message) => message.role === 'user')
  const results = prompt.slice(asked + 1).flatMap((message) => (message.role === 'tool' ? message.content : []))
  const answers = results.filter((part) => part.type === 'tool-result').map(phrase)
  if (answers.length > 0) return { kind: 'text', text: answers.join('\n') }

  const request = textOf(prompt.slice(Math.max(asked, 0), asked + 1)).slice(0, maxText)
  const instructions = textOf(prompt.filter((message) => message.role === 'system'))
  const tools = callable(options)
  const calls = findCalls(request, tools, /time zone is ([\w/+-]+(?::\d\d)?)/.exec(instructions)?.[1])
  return calls.length > 0 ? { kind: 'calls', calls } : { kind: 'text', text: introduce(instructions, tools) }
}

/** The tools it may call now. */
function callable({ tools = [], toolChoice }: TurnOptions): string[] {
  if (toolChoice?.type === 'none') return []
  const names = tools.filter((tool) => tool.type === 'function').map((tool) => tool.name)
  return toolChoice?.type === 'tool' ? names.filter((name) => name === toolChoice.toolName) : names
}

function findCalls(request: string, tools: readonly string[], timeZone: string | undefined): PlannedCall[] {
  const has = (tool: string): boolean => tools.includes(tool)
  for (const tool of tools) {
    const input = findNamedCall(request, tool)
    if (input) return [{ tool, input }]
  }
  const csv = has('summarize_csv') && findCsv(request)
  if (csv) return [{ tool: 'summarize_csv', input: csv }]
  const questions = request.slice(0, maxQuestions).replace(/[^\S\n]+/g, ' ')
  const schedule = has('schedule') && findSchedule(questions)
  if (schedule) return [{ tool: 'schedule', input: schedule }]

  const clauses = questions.split(/[?!;\n]|[.,]\s+(?=\p{Lu})|\.$|,?\s+and\s+(?=(?:what|which|how|when|convert)\b)/iu)
  return clauses
    .slice(0, 50)
    .flatMap((clause) => {
      for (const intent of intents) {
        const input = has(intent.tool) && intent.find(clause.slice(0, maxClause), { timeZone })
        if (input) return [{ tool: intent.tool, input }]
      }
      return []
    })
    .slice(0, maxCalls)
}

/** A tool's result in a sentence: its own `summary`, else what it returned. */
function phrase({ toolName, output }: LanguageModelV4ToolResultPart): string {
  switch (output.type) {
    case 'text':
      return output.value
    case 'json': {
      const { value } = output
      const summary = typeof value === 'object' && value !== null && 'summary' in value ? value.summary : undefined
      return typeof summary === 'string' ? summary : `${toolName} returned ${JSON.stringify(value)}.`
    }
    case 'error-text':
      // The class of the error, which the AI SDK puts in front, is of no interest here.
      return `${toolName} could not do that: ${output.value.replace(/^\w*Error: /, '')}`
    case 'error-json':
      return `${toolName} could not do that: ${JSON.stringify(output.value)}`
    case 'execution-denied':
      return `${toolName} was not allowed to run${output.reason ? `: ${output.reason}` : '.'}`
    case 'content':
      return output.value.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join(' ')
  }
}

function introduce(instructions: string, tools: readonly string[]): string {
  const purpose = /^[^\n]{1,300}/.exec(instructions.trim())?.[0]
  const examples = intents.filter(({ tool }) => tools.includes(tool)).map(({ example }) => `“${example}”`)
  return [
    'I am the small offline model built into this server: I pass simple requests on to tools, but cannot hold a conversation.',
    purpose && `This agent's instructions begin: “${purpose}”`,
    tools.length > 0 ? `Its tools: ${tools.join(', ')}.` : 'It has no tools.',
    examples.length > 0 && `Try: ${examples.join(' ')}`,
    howToSwitch,
  ]
    .filter((line) => typeof line === 'string')
    .join('\n')
}

/** The text parts of some messages. */
function textOf(messages: LanguageModelV4Prompt): string {
  return messages
    .flatMap(({ content }) =>
      typeof content === 'string' ? [content] : content.map((part) => (part.type === 'text' ? part.text : '')),
    )
    .filter((text) => text !== '')
    .join('\n')
}
