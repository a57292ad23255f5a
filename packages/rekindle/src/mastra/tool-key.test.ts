import { describe, expect, it } from 'vitest'
import { UnsupportedConfigError } from '../errors.ts'
import { toolKey, toolRecord } from './tool-key.ts'

const named = (...names: string[]) => names.map((name) => ({ name, path: `$.tools.${name}`, tool: name }))

describe('toolKey', () => {
  it.each([
    ['get-weather_2', 'get-weather_2'],
    ['crm.find order', 'crm_find_order'],
    ['2fa', '_2fa'],
    ['-x', '_-x'],
    ['a'.repeat(64), 'a'.repeat(63)],
    ['7'.repeat(63), `_${'7'.repeat(62)}`],
  ])('makes of %s the name that Mastra would give it', (name, key) => {
    expect(toolKey(name)).toBe(key)
    expect(toolKey(key)).toBe(key)
  })
})

describe('toolRecord', () => {
  it('keeps the order of the config, also of tools whose names look like numbers', () => {
    expect(Object.entries(toolRecord(named('b', '10', '__proto__', '2', 'a'))())).toEqual([
      ['b', 'b'],
      ['_10', '10'],
      ['_proto_', '__proto__'],
      ['_2', '2'],
      ['a', 'a'],
    ])
  })

  it('tells two tools from each other that Mastra would give one name', () => {
    expect(() => toolRecord(named('find.order', 'find_order'))).toThrow(UnsupportedConfigError)
    expect(() => toolRecord(named('find.order', 'find_order'))).toThrow("as 'find_order', which is $.tools.find.order already")
  })
})
