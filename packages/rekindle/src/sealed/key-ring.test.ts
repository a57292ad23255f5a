import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KeyRing } from './key-ring.ts'
import { type Place, Seal } from './seal.ts'

const [old, next] = [new Seal('2026-10', Buffer.alloc(32, 1)), new Seal('2026-11', Buffer.alloc(32, 2))]
const ring = new KeyRing([next, old])
const kinds = ['pointer', 'blob', 'target', 'mail'] as const
const place: Place = { namespace: 'n', kind: 'pointer', of: 'id' }

describe('what a key ring seals', () => {
  test('comes back in its place as it was, and names its key but nothing else', () => {
    const anyPlace = fc.record({ namespace: fc.string(), kind: fc.constantFrom(...kinds), of: fc.string() })
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), anyPlace, (text, where) => {
        const sealed = ring.seal(text, where)
        expect(sealed).toMatch(/^sealed1\.2026-11\.[\w-]{54,}$/)
        expect(ring.open(sealed, where)).toEqual({ text })
      }),
    )
  })

  test('comes back in no other place', () => {
    const anyPlace = fc.record({
      namespace: fc.string(),
      kind: fc.constantFrom(...kinds),
      of: fc.string(),
    })
    fc.assert(
      fc.property(anyPlace, anyPlace, (one, other) => {
        fc.pre(one.namespace !== other.namespace || one.kind !== other.kind || one.of !== other.of)
        expect(ring.open(ring.seal('text', one), other)).toEqual({ flaw: 'not-ours' })
      }),
    )
  })

  test.each<[Partial<Place>, Partial<Place>]>([
    [{ namespace: 'n' }, { namespace: 'm' }],
    [{ kind: 'pointer' }, { kind: 'blob' }],
    [{ of: 'id' }, { of: 'di' }],
    [
      { namespace: 'a","pointer","b', of: 'c' },
      { namespace: 'a', of: 'b","pointer","c' },
    ],
    [{ of: '\ud800' }, { of: '\udfff' }],
  ])('in %o does not open in %o', (one, other) => {
    const sealed = ring.seal('text', { ...place, ...one })
    expect(ring.open(sealed, { ...place, ...other })).toEqual({ flaw: 'not-ours' })
  })

  test.each(['pointer', 'target'] as const)('as a %s opens with no character altered, dropped or added', (kind) => {
    const sealed = ring.seal('{"a":1}', { ...place, kind })
    const open = (text: string) => ring.open(text, { ...place, kind })
    expect(open(sealed)).toEqual({ text: '{"a":1}' })
    for (let at = 0; at < sealed.length; at++) {
      const [before, after] = [sealed.slice(0, at), sealed.slice(at + 1)]
      expect(open(before).text).toBe(undefined)
      expect(open(before + after).text).toBe(undefined)
      // Every base64 character, those of the other alphabet, and what a lenient decoder passes over.
      for (const other of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. \n\0é') {
        if (other !== sealed[at]) expect(open(before + other + after).text).toBe(undefined)
        expect(open(before + other + sealed.slice(at)).text).toBe(undefined)
      }
      expect(open(sealed.slice(at)).text === undefined).toBe(at > 0)
    }
    for (const more of ['A', '=', '\n', ' ', '\0']) expect(open(sealed + more).text).toBe(undefined)
  })

  test('differs each time, but for targets, of which stores must see that they are the same', () => {
    for (const kind of kinds) {
      const texts = new Set([1, 2, 3].map(() => ring.seal('same', { ...place, kind })))
      expect(texts.size).toBe(kind === 'target' ? 1 : 3)
    }
  })

  test('as a target shares no nonce with another target, nor with the same one of another namespace or key', () => {
    const nonceOf = (text: string, where: Place, by = ring) => by.seal(text, where).split('.')[2]!.slice(0, 32)
    const target: Place = { namespace: 'n', kind: 'target', of: '' }
    const nonces = [
      nonceOf('*', target),
      nonceOf('#"a"', target),
      nonceOf('*', { ...target, namespace: 'm' }),
      nonceOf('*', target, new KeyRing([old])),
    ]
    expect(new Set(nonces).size).toBe(nonces.length)
  })
})

describe('a key ring', () => {
  test('opens what any of its keys has sealed, and seals with the first', () => {
    const sealed = new KeyRing([old]).seal('text', place)
    expect(ring.open(sealed, place)).toEqual({ text: 'text' })
    expect(new KeyRing([old, next]).seal('text', place)).toMatch(/^sealed1\.2026-10\./)
  })

  test('tells a key that it does not have from what nobody has sealed so', () => {
    const sealed = ring.seal('text', place)
    expect(new KeyRing([old]).open(sealed, place)).toEqual({ flaw: 'unknown-key' })
    // The same id, another secret.
    const impostor = new KeyRing([new Seal('2026-11', Buffer.alloc(32, 3))])
    expect(impostor.open(sealed, place)).toEqual({ flaw: 'not-ours' })
    expect(new KeyRing([old]).open(sealed.replace('2026-11', '2026-10'), place)).toEqual({ flaw: 'not-ours' })
  })

  test.each(['', 'text', '{"v":1}', 'sealed1', 'sealed1.2026-11', 'sealed1.2026-11.', 'sealed1..AAAA', 'sealed1.2026-11.AAAA'])(
    'does not open %o',
    (text) => expect(ring.open(text, place)).toEqual({ flaw: 'not-ours' }),
  )
})
