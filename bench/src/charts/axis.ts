/** Where values lie on a line, from 0 to 1, and which of them are written beside it. */
export interface Axis {
  readonly isLogarithmic: boolean
  /** Of a value outside: the end that is nearer to it. */
  at(value: number): number
  readonly ticks: readonly number[]
  readonly least: number
  readonly most: number
}

/** From here on the small ones of a linear scale could not be told apart. */
const widest = 15

/** Whether the range of these asks for it. */
export function needsLogarithm(values: readonly number[]): boolean {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return least > 0 && most / least > widest
}

/** From 0 to a round number. */
export function linearAxis(most: number): Axis {
  const step = stepAbove((most > 0 ? most : 1) / 6)
  const steps = Math.ceil(most / step - 1e-9) || 1
  const top = steps * step
  return {
    isLogarithmic: false,
    at: (value) => Math.min(1, Math.max(0, value / top)),
    ticks: Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toPrecision(6))),
    least: 0,
    most: top,
  }
}

/** All that are above 0 fit. */
export function logarithmicAxis(values: readonly number[]): Axis {
  const positive = values.filter((value) => value > 0)
  const [least, most] = [stepBelow(Math.min(...positive)), stepAbove(Math.max(...positive))]
  const span = Math.log(most / least) || 1
  const all = stepsBetween(least, most, [1, 2, 5])
  const tens = stepsBetween(least, most, [1])
  return {
    isLogarithmic: true,
    at: (value) => Math.min(1, Math.log(Math.max(value, least) / least) / span),
    ticks: all.length <= 7 ? all : tens,
    least,
    most,
  }
}

/** As short as it can be said: 0.5, 20, 100 000. */
export function tickText(value: number): string {
  return Number(value.toPrecision(6)).toLocaleString('en', { maximumFractionDigits: 6 }).replaceAll(',', ' ')
}

function stepsBetween(least: number, most: number, digits: readonly number[]): number[] {
  const first = Math.floor(Math.log10(least))
  const powers = Array.from({ length: Math.ceil(Math.log10(most)) - first + 1 }, (_, index) => first + index)
  return powers
    .flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
    .filter((value) => value >= least * 0.999 && value <= most * 1.001)
}

/** Of 1, 2, 5, 10, 20, … the first that is not below. */
function stepAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= value * 0.999) ?? value
}

function stepBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return [5, 2, 1].map((digit) => digit * power).find((step) => step <= value * 0.8) ?? power / 2
}
