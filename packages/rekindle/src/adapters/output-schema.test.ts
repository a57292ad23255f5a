import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../agent-config/json-value.ts'
import { isStrict, outputName } from './output-schema.ts'

const city = { type: 'string' } as const
const place = { type: 'object', properties: { city }, required: ['city'], additionalProperties: false } as const

describe('outputName', () => {
  it('is the title, as far as providers take it for a name', () => {
    expect(outputName({ title: 'place' })).toBe('place')
    expect(outputName({ title: 'Wetter für heute' })).toBe('Wetter_f_r_heute')
    expect(outputName({ title: 'x'.repeat(99) })).toHaveLength(64)
    expect([{}, { title: '' }, { title: 1 }].map(outputName)).toEqual(['answer', 'answer', 'answer'])
  })
})

describe('isStrict', () => {
  it.each<[string, JsonObject]>([
    ['a closed object', place],
    ['one in a list', { ...place, properties: { city: { type: 'array', items: place } } }],
    ['one of several', { ...place, properties: { city: { anyOf: [place, { type: 'null' }] } } }],
    ['one that is defined apart', { ...place, properties: { city: { $ref: '#/$defs/place' } }, $defs: { place } }],
  ])('takes %s', (_, schema) => {
    expect(isStrict(schema)).toBe(true)
  })

  it.each<[string, JsonObject]>([
    ['what may be left out', { ...place, required: [] }],
    ['what may hold more', { type: 'object', properties: { city }, required: ['city'] }],
    ['the same, or nothing', { ...place, type: ['object', 'null'], additionalProperties: true }],
    ['the same further down', { ...place, properties: { city: { type: 'array', items: { type: 'object' } } } }],
    ['the same where it is defined', { ...place, $defs: { open: { ...place, required: [] } } }],
    ['a keyword that strict mode does not know', { ...place, not: { required: ['zip'] } }],
    ['a format that providers do not know', { ...place, properties: { city: { type: 'string', format: 'uri' } } }],
    ['a pattern that looks around', { ...place, properties: { city: { type: 'string', pattern: '^(?!x)' } } }],
    ['several at the root', { anyOf: [place, place] }],
    ['a part that is no schema', { ...place, properties: { city: true } }],
  ])('does not take %s', (_, schema) => {
    expect(isStrict(schema)).toBe(false)
  })
})
