export const constants: ReadonlyMap<string, number> = new Map([
  ['pi', Math.PI],
  ['e', Math.E],
])

export interface MathFunction {
  readonly min: number
  readonly max: number
  readonly apply: (...values: number[]) => number
}

const one = (apply: (value: number) => number): MathFunction => ({ min: 1, max: 1, apply })

/** A Map, so that no name in an expression reaches what every object inherits. */
export const functions: ReadonlyMap<string, MathFunction> = new Map([
  ['abs', one(Math.abs)],
  ['sqrt', one(Math.sqrt)],
  ['cbrt', one(Math.cbrt)],
  ['exp', one(Math.exp)],
  ['ln', one(Math.log)],
  ['log2', one(Math.log2)],
  ['log10', one(Math.log10)],
  ['sin', one(Math.sin)],
  ['cos', one(Math.cos)],
  ['tan', one(Math.tan)],
  ['floor', one(Math.floor)],
  ['ceil', one(Math.ceil)],
  ['trunc', one(Math.trunc)],
  ['round', { min: 1, max: 2, apply: (value: number, digits = 0) => Math.round(value * 10 ** digits) / 10 ** digits }],
  ['min', { min: 1, max: 100, apply: Math.min }],
  ['max', { min: 1, max: 100, apply: Math.max }],
])
