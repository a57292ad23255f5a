import type { Environment } from './models/provider-environment.ts'

/** A variable of the environment cannot be worked with. The message names it and never repeats what may be secret. */
export class SettingsError extends Error {}

/** Reads variables of the environment by what they may be. Empty ones count as unset. All but `text` throw {@link SettingsError}. */
export class Variables {
  readonly #environment: Environment

  constructor(environment: Environment) {
    this.#environment = environment
  }

  text(name: string): string | undefined {
    return this.#environment[name]?.trim() || undefined
  }

  whole(name: string, range: { readonly from: number; readonly to: number; readonly otherwise: number }): number {
    const { from, to, otherwise } = range
    const value = this.text(name)
    if (value === undefined) return otherwise
    const number = /^\d+$/.test(value) ? Number(value) : NaN
    if (number >= from && number <= to) return number
    throw new SettingsError(`${name} must be a whole number from ${from} to ${to}; got ${JSON.stringify(value)}.`)
  }

  /** A part of a whole: 0.99. */
  share(name: string): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const number = /^\d*\.?\d+$/.test(value) ? Number(value) : NaN
    if (number >= 0 && number <= 1) return number
    throw new SettingsError(`${name} must be a number from 0 to 1; got ${JSON.stringify(value)}.`)
  }

  /** `instead`: what is used without it. */
  url(name: string, protocols: readonly string[], instead: string): string | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    // It may hold a password, so it is not repeated.
    if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value
    throw new SettingsError(`${name} must be an address that begins with ${protocols[0]}//. Leave it out to use ${instead}.`)
  }

  oneOf<const Value extends string>(name: string, values: readonly Value[], otherwise: NoInfer<Value>): Value {
    const value = this.text(name)
    if (value === undefined) return otherwise
    const known = values.find((each) => each === value)
    if (known !== undefined) return known
    throw new SettingsError(`${name} must be one of ${values.join(', ')}; got ${JSON.stringify(value)}.`)
  }
}
