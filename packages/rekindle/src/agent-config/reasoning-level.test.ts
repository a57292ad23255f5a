import { describe, expect, it } from 'vitest'
import { InvalidKeyError } from '../errors.ts'
import { reasoningLevel, reasoningLevels } from './reasoning-level.ts'

describe('reasoningLevel', () => {
  it('takes a switch for medium effort or none', () => {
    expect(reasoningLevel(true)).toBe('medium')
    expect(reasoningLevel(false)).toBe('none')
  })

  it('takes the name of every level for that level', () => {
    for (const level of reasoningLevels) expect(reasoningLevel(level)).toBe(level)
  })

  it.each(['', 'true', 'High', 'toString'])('refuses %j and lists the levels', (value) => {
    expect(() => reasoningLevel(value)).toThrow(InvalidKeyError)
    expect(() => reasoningLevel(value)).toThrow(/one of 'default', 'none', .* 'max'; got '/)
  })
})
