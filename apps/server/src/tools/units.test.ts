import { expect, it } from 'vitest'
import { significant } from './rounding.ts'
import { convert, findUnit } from './units.ts'

it.each([
  [10, 'km', 'miles', 6.21371192237],
  [1, 'Kilometre', 'm', 1000],
  [6, 'feet', 'inches', 72],
  [100, '°C', 'fahrenheit', 212],
  [-40, 'F', 'c', -40],
  [0, 'celsius', 'K', 273.15],
  [1, 'kWh', 'kJ', 3600],
  [60, 'miles per hour', 'km/h', 96.56064],
  [1, 'GiB', 'MiB', 1024],
  [1, 'square mile', 'acres', 640],
  [2, 'US gallons', 'L', 7.570823568],
])('%d %s are %s: %d', (value, from, to, result) => {
  expect(significant(convert(value, from, to).value, 12)).toBeCloseTo(result, 9)
})

it('refuses units it does not know, of another quantity, and temperatures that cannot be', () => {
  expect(() => convert(1, 'parsec', 'km')).toThrow('No unit is known as "parsec". Known units: m, km,')
  expect(() => convert(1, 'km', 'kg')).toThrow('km measures length and kg measures mass: there is no conversion.')
  expect(() => convert(-300, '°C', 'K')).toThrow('-300 °C is below absolute zero.')
  for (const name of ['', '__proto__', 'constructor']) expect(findUnit(name)).toBeUndefined()
})
