import { describe, expect, test } from 'vitest'
import type { Agent } from '../api/agents.ts'
import { isChanged, reappliedTo, workingCopyOf } from './working-copy.ts'

const saved: Agent = {
  id: 'a',
  name: 'Assistant',
  description: '',
  instructions: 'Be brief.',
  model: null,
  settings: {},
  maxSteps: 8,
  reasoning: null,
  tools: [],
  mcpServers: [],
  ownerId: null,
  version: 3,
  updatedAt: '2026-11-01T00:00:00Z',
}
const theirs: Agent = { ...saved, version: 4, instructions: 'Be kind.' }
const copy = workingCopyOf(saved)

describe('a working copy', () => {
  test('is changed by what cannot be saved yet too', () => {
    expect(isChanged(copy)).toBe(false)
    expect(isChanged({ ...copy, draft: { ...copy.draft, settings: '{' } })).toBe(true)
  })

  test('goes on from what another has saved, with what was changed here, and names what both have changed', () => {
    const mine = { ...copy, theirs, draft: { ...copy.draft, name: 'Helper', instructions: 'Be exact.' } }
    const next = reappliedTo(theirs, mine)
    expect(next).toMatchObject({ base: theirs, theirs: undefined, flaws: {}, clashes: ['instructions'] })
    expect(next.draft).toMatchObject({ name: 'Helper', instructions: 'Be exact.' })
  })

  test('loses nothing to a flaw: that is named, and the other version still waits', () => {
    const flawed = { ...copy, theirs, draft: { ...copy.draft, name: 'Helper', maxSteps: 'many' } }
    const next = reappliedTo(theirs, flawed)
    expect(next).toMatchObject({ base: saved, theirs, draft: flawed.draft })
    expect(Object.keys(next.flaws)).toEqual(['maxSteps'])
  })
})
