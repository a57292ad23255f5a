import type { Agent, AgentContent } from '../api/agents.ts'

/** What an editor changes: of some fields the text, which may not be what it should be yet. */
export interface Draft extends Omit<AgentContent, 'settings' | 'maxSteps' | 'tools'> {
  readonly settings: string
  readonly maxSteps: string
  readonly tools: readonly DraftTool[]
}

export interface DraftTool {
  readonly name: string
  readonly options: string
}

export function draftOf(agent: AgentContent): Draft {
  const { name, description, instructions, model, reasoning, mcpServers, ownerId } = agent
  return {
    name,
    description,
    instructions,
    model,
    reasoning,
    mcpServers,
    ownerId,
    settings: jsonText(agent.settings),
    maxSteps: String(agent.maxSteps),
    tools: agent.tools.map(({ name: tool, options }) => ({ name: tool, options: jsonText(options) })),
  }
}

const jsonText = (value: object): string => JSON.stringify(value, undefined, 2)

export type Flaws = Readonly<Record<string, string>>

/** The content that a draft stands for, or what is wrong with which field: `tools[calculator]` is one. */
export function contentOf(draft: Draft): { readonly content: AgentContent } | { readonly flaws: Flaws } {
  const flaws: Record<string, string> = {}
  const object = (field: string, text: string): Record<string, unknown> => {
    try {
      const value: unknown = JSON.parse(text.trim() || '{}')
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
      flaws[field] = 'This must be a JSON object: { … }.'
    } catch (error) {
      flaws[field] = `This is not JSON: ${(error as Error).message}`
    }
    return {}
  }
  if (draft.name.trim() === '') flaws['name'] = 'An agent has a name.'
  if (draft.instructions.trim() === '') flaws['instructions'] = 'An agent has instructions.'
  if (draft.model !== null && !/^[^:]+:./.test(draft.model)) flaws['model'] = 'A model is written provider:model.'
  const maxSteps = /^\d{1,3}$/.test(draft.maxSteps.trim()) ? Number(draft.maxSteps) : 0
  if (maxSteps < 1 || maxSteps > 100) flaws['maxSteps'] = 'A whole number from 1 to 100.'
  const content = {
    ...draft,
    maxSteps,
    settings: object('settings', draft.settings),
    tools: draft.tools.map(({ name, options }) => ({ name, options: object(`tools[${name}]`, options) })),
  }
  return Object.keys(flaws).length > 0 ? { flaws } : { content }
}

const fields = [
  'name',
  'description',
  'instructions',
  'model',
  'settings',
  'maxSteps',
  'reasoning',
  'tools',
  'mcpServers',
  'ownerId',
] as const satisfies readonly (keyof AgentContent)[]

export type Field = (typeof fields)[number]

/** The fields in which two contents differ. */
export function changedFields(before: Partial<AgentContent>, after: Partial<AgentContent>): Field[] {
  return fields.filter((field) => canonical(before[field]) !== canonical(after[field]))
}

/** Only what has changed is sent: what others change elsewhere stays theirs. */
export function editFrom(saved: Agent, content: AgentContent): Partial<AgentContent> {
  return Object.fromEntries(changedFields(saved, content).map((field) => [field, content[field]]))
}

/** Mine over theirs, where both began with `base`. `clashes`: fields that both have changed, to different values. */
export function reapply(base: AgentContent, mine: AgentContent, theirs: Agent): { draft: Draft; clashes: readonly Field[] } {
  const changed = changedFields(base, mine)
  const clashes = changed.filter(
    (field) => changedFields(base, theirs).includes(field) && changedFields(mine, theirs).includes(field),
  )
  const own = Object.fromEntries(changed.map((field) => [field, mine[field]]))
  return { draft: draftOf({ ...theirs, ...own }), clashes }
}

/** Objects are equal whatever the order of their fields. */
function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_name, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  )
}
