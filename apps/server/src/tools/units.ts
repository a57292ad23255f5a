interface Unit {
  readonly symbol: string
  readonly quantity: string
  /** In base units: value * factor + offset. */
  readonly factor: number
  readonly offset: number
}

/** One line per unit: symbol, size in the quantity's base unit, other names (singular: a plural -s is taken off to look up). */
const table: Readonly<Record<string, readonly (readonly [symbol: string, factor: number, names: string])[]>> = {
  length: [
    ['m', 1, 'meter metre'],
    ['km', 1000, 'kilometer kilometre'],
    ['cm', 0.01, 'centimeter centimetre'],
    ['mm', 0.001, 'millimeter millimetre'],
    ['mi', 1609.344, 'mile'],
    ['yd', 0.9144, 'yard'],
    ['ft', 0.3048, 'foot feet'],
    ['in', 0.0254, 'inch inches'],
    ['nmi', 1852, 'nautical_mile'],
  ],
  mass: [
    ['kg', 1, 'kilogram kilo'],
    ['g', 0.001, 'gram'],
    ['mg', 1e-6, 'milligram'],
    ['t', 1000, 'tonne metric_ton'],
    ['lb', 0.45359237, 'pound'],
    ['oz', 0.028349523125, 'ounce'],
    ['st', 6.35029318, 'stone'],
  ],
  volume: [
    ['l', 1, 'liter litre'],
    ['ml', 0.001, 'milliliter millilitre'],
    ['m3', 1000, 'm³ cubic_meter cubic_metre'],
    ['gal', 3.785411784, 'gallon us_gallon'],
    ['qt', 0.946352946, 'quart'],
    ['pt', 0.473176473, 'pint'],
    ['cup', 0.2365882365, ''],
    ['floz', 0.0295735295625, 'fl_oz fluid_ounce'],
  ],
  area: [
    ['m2', 1, 'm² square_meter square_metre'],
    ['km2', 1e6, 'km² square_kilometer square_kilometre'],
    ['ha', 1e4, 'hectare'],
    ['acre', 4046.8564224, ''],
    ['ft2', 0.09290304, 'ft² sq_ft square_foot square_feet'],
    ['mi2', 2589988.110336, 'square_mile'],
  ],
  speed: [
    ['m/s', 1, 'meter_per_second metre_per_second'],
    ['km/h', 1 / 3.6, 'kph kmh kilometer_per_hour kilometre_per_hour'],
    ['mph', 0.44704, 'mile_per_hour'],
    ['kn', 1852 / 3600, 'knot'],
  ],
  time: [
    ['s', 1, 'sec second'],
    ['ms', 0.001, 'millisecond'],
    ['min', 60, 'minute'],
    ['h', 3600, 'hour hr'],
    ['d', 86_400, 'day'],
    ['wk', 604_800, 'week'],
  ],
  data: [
    ['B', 1, 'byte'],
    ['kB', 1e3, 'kilobyte'],
    ['MB', 1e6, 'megabyte'],
    ['GB', 1e9, 'gigabyte'],
    ['TB', 1e12, 'terabyte'],
    ['KiB', 2 ** 10, 'kibibyte'],
    ['MiB', 2 ** 20, 'mebibyte'],
    ['GiB', 2 ** 30, 'gibibyte'],
    ['bit', 1 / 8, ''],
  ],
  energy: [
    ['J', 1, 'joule'],
    ['kJ', 1000, 'kilojoule'],
    ['cal', 4.184, 'calorie'],
    ['kcal', 4184, 'kilocalorie'],
    ['Wh', 3600, 'watt_hour'],
    ['kWh', 3.6e6, 'kilowatt_hour'],
  ],
}

const temperatures: readonly (readonly [Unit, names: string])[] = [
  [{ symbol: 'K', quantity: 'temperature', factor: 1, offset: 0 }, 'kelvin'],
  [{ symbol: '°C', quantity: 'temperature', factor: 1, offset: 273.15 }, 'c celsius degrees_celsius'],
  [{ symbol: '°F', quantity: 'temperature', factor: 5 / 9, offset: 459.67 * (5 / 9) }, 'f fahrenheit degrees_fahrenheit'],
]

const units: ReadonlyMap<string, Unit> = new Map([
  ...Object.entries(table).flatMap(([quantity, rows]) =>
    rows.flatMap(([symbol, factor, names]) => byName({ symbol, quantity, factor, offset: 0 }, names)),
  ),
  ...temperatures.flatMap(([unit, names]) => byName(unit, names)),
])

function byName(unit: Unit, names: string): [string, Unit][] {
  return [unit.symbol.toLowerCase(), ...names.split(' ').filter(Boolean)].map((name) => [name, unit])
}

export const unitSymbols: readonly string[] = [...new Set([...units.values()].map((unit) => unit.symbol))]

/** A unit by its symbol or English name, in either number and any case: `km`, `Miles`, `kilometres per hour`. */
export function findUnit(text: string): Unit | undefined {
  const name = text.trim().toLowerCase().replace(/\s+/g, '_')
  return units.get(name) ?? units.get(name.replace(/s$/, '')) ?? units.get(name.replace(/s_per_/, '_per_'))
}

/** Throws a `RangeError` for unknown units and for units of different quantities. */
export function convert(value: number, from: string, to: string): { value: number; from: Unit; to: Unit } {
  const source = requireUnit(from)
  const target = requireUnit(to)
  if (source.quantity !== target.quantity) {
    throw new RangeError(
      `${source.symbol} measures ${source.quantity} and ${target.symbol} measures ${target.quantity}: there is no conversion.`,
    )
  }
  const base = value * source.factor + source.offset
  if (source.quantity === 'temperature' && base < -1e-9) throw new RangeError(`${value} ${source.symbol} is below absolute zero.`)
  return { value: (base - target.offset) / target.factor, from: source, to: target }
}

function requireUnit(name: string): Unit {
  const unit = findUnit(name)
  if (!unit) throw new RangeError(`No unit is known as ${JSON.stringify(name)}. Known units: ${unitSymbols.join(', ')}.`)
  return unit
}
