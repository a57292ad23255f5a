import fc from 'fast-check'

/** Whole texts that somebody could put in the place of an entry. */
export const hostileTexts: readonly string[] = [
  '',
  'null',
  '[]',
  '{}',
  '"text"',
  '1e999',
  '-0',
  'undefined',
  '\ufeff{}',
  '{"a":1}{"a":1}',
  '['.repeat(10_000),
  '['.repeat(10_000) + ']'.repeat(10_000),
  `[${'0,'.repeat(100_000)}0]`,
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
]

/** What may stand in the place of a value, as JSON. */
const hostileValues: readonly string[] = [
  'null',
  'true',
  '0',
  '-0',
  '-1',
  '0.5',
  '1e300',
  '1e308',
  '1e999',
  '9007199254740993',
  '"17"',
  '""',
  String.raw`"\ud800"`,
  String.raw`"\u0000"`,
  '"\ufeff"',
  '"../../etc/passwd"',
  '"__proto__"',
  '[]',
  '[null]',
  '[[[[[[[[[[]]]]]]]]]]',
  '{}',
  '{"toJSON":1}',
  '{"length":1e9}',
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  JSON.stringify('x'.repeat(70_000)),
]

/** `text`, which is the JSON of an object, damaged at random: cut, its bytes flipped, its fields swapped, replaced, doubled. */
export function mutationsOf(text: string): fc.Arbitrary<string> {
  const fields = Object.entries(JSON.parse(text) as Record<string, unknown>).map(
    ([name, value]) => [JSON.stringify(name), JSON.stringify(value)] as const,
  )
  const write = (list: readonly (readonly [string, string])[]) => `{${list.map((field) => field.join(':')).join()}}`
  const place = fc.nat(text.length - 1)
  const field = fc.nat(fields.length - 1)
  const value = fc.oneof(fc.constantFrom(...hostileValues), fc.json())
  return fc.oneof(
    fc.tuple(place, place).map(([from, to]) => text.slice(0, from) + text.slice(to)),
    fc.array(fc.tuple(place, fc.nat(7)), { minLength: 1, maxLength: 4 }).map((flips) => flipped(text, flips)),
    fc.tuple(place, fc.constantFrom(...hostileValues)).map(([at, more]) => text.slice(0, at) + more + text.slice(at)),
    fc.tuple(field, value).map(([at, other]) => write(fields.with(at, [fields[at]![0], other]))),
    fc.tuple(field, field).map(([a, b]) => write(fields.with(a, [fields[a]![0], fields[b]![1]]))),
    fc.tuple(field, value).map(([at, other]) => write([...fields, [fields[at]![0], other]])),
    fc.tuple(field, value).map(([at, other]) => write([[fields[at]![0], other], ...fields])),
    field.map((at) => write(fields.toSpliced(at, 1))),
    fc.shuffledSubarray(fields, { minLength: fields.length }).map(write),
    fc.constantFrom(`[${text}]`, JSON.stringify(text), ` ${text}`, `${text}\n`, `${text}${text}`, `\ufeff${text}`),
    fc.oneof(fc.json(), fc.constantFrom(...hostileTexts)),
  )
}

/** As a store gives it back that holds bytes: what is no UTF-8 any more is replaced. */
function flipped(text: string, flips: readonly (readonly [place: number, bit: number])[]): string {
  const bytes = Buffer.from(text, 'utf8')
  for (const [at, bit] of flips) bytes[at]! ^= 1 << bit
  return bytes.toString('utf8')
}
