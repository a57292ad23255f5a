import { diffLines, diffWordsWithSpace } from 'diff'
import type { AgentContent } from '../api/agents.ts'
import { changedFields, type Field } from './draft.ts'

export interface Difference {
  readonly field: Field
  readonly label: string
  readonly pieces: readonly Piece[]
}

export interface Piece {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
}

export const labels: Readonly<Record<Field, string>> = {
  name: 'Name',
  description: 'Description',
  instructions: 'Instructions',
  model: 'Model',
  settings: 'Settings',
  maxSteps: 'Steps at most',
  reasoning: 'Reasoning',
  tools: 'Tools',
  mcpServers: 'MCP servers',
  ownerId: 'Owner',
}

/** Comparing words of longer texts takes longer than anybody waits. */
const maxWordwise = 20_000

/** What changes from one content to the other, field by field. */
export function differences(before: Partial<AgentContent>, after: Partial<AgentContent>): Difference[] {
  return changedFields(before, after).map((field) => {
    const [old, young] = [textOf(field, before[field]), textOf(field, after[field])]
    const isProse = field === 'instructions' || field === 'description' || field === 'name'
    return { field, label: labels[field], pieces: pieces(old, young, isProse) }
  })
}

function pieces(before: string, after: string, isProse: boolean): Piece[] {
  const wordwise = isProse && before.length + after.length <= maxWordwise
  const changes = wordwise ? diffWordsWithSpace(before, after) : diffLines(ended(before), ended(after))
  return changes.map(({ added, removed, value }) => ({ kind: added ? 'added' : removed ? 'removed' : 'same', text: value }))
}

/** A last line is the same line if another one follows it. */
const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

function textOf(field: Field, value: unknown): string {
  if (value === null || value === undefined) return unset[field] ?? ''
  return typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)
}

const unset: Partial<Readonly<Record<Field, string>>> = {
  model: "the server's default",
  reasoning: 'as each turn asks',
  ownerId: 'shared with everybody',
}
