import { describe, expect, test } from 'vitest'
import type { Agent } from '../api/agents.ts'
import { changedFields, contentOf, draftOf, editFrom, reapply } from './draft.ts'

const agent: Agent = {
  id: 'a',
  name: 'Assistant',
  description: '',
  instructions: 'Be brief.',
  model: null,
  settings: { temperature: 0.2, topP: 1 },
  maxSteps: 8,
  reasoning: null,
  tools: [{ name: 'calculator', options: {} }],
  mcpServers: [],
  ownerId: null,
  version: 3,
  updatedAt: '2026-11-01T00:00:00Z',
}

describe('a draft', () => {
  test('that nobody has touched changes nothing', () => {
    const read = contentOf(draftOf(agent))
    expect('content' in read && editFrom(agent, read.content)).toEqual({})
  })

  test('is no change if the fields of an object have only been put in another order', () => {
    expect(changedFields(agent, { ...agent, settings: { topP: 1, temperature: 0.2 } })).toEqual([])
  })

  test('names each field that cannot be saved, and why', () => {
    const flawed = contentOf({
      ...draftOf(agent),
      name: ' ',
      model: 'gpt',
      settings: '[1]',
      maxSteps: '101',
      tools: [{ name: 'calculator', options: '{' }],
    })
    expect('flaws' in flawed && Object.keys(flawed.flaws)).toEqual(['name', 'model', 'maxSteps', 'settings', 'tools[calculator]'])
  })

  test('sends the changed fields alone', () => {
    const read = contentOf({ ...draftOf(agent), maxSteps: ' 9 ' })
    expect('content' in read && editFrom(agent, read.content)).toEqual({ maxSteps: 9 })
  })
})

describe("reapplying one's changes to what another has saved meanwhile", () => {
  test("keeps the other's, with one's own over them", () => {
    const { draft, clashes } = reapply(agent, { ...agent, maxSteps: 9 }, { ...agent, name: 'Theirs', version: 4 })
    expect(draft).toMatchObject({ name: 'Theirs', maxSteps: '9' })
    expect(clashes).toEqual([])
  })

  test('names the fields that both have changed, but not those changed alike', () => {
    const mine = { ...agent, name: 'Mine', maxSteps: 9 }
    const { draft, clashes } = reapply(agent, mine, { ...agent, name: 'Theirs', maxSteps: 9, version: 4 })
    expect(draft.name).toBe('Mine')
    expect(clashes).toEqual(['name'])
  })
})
