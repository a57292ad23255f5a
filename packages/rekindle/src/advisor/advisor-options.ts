import { inspect } from 'node:util'
import { InvalidOptionsError } from '../errors.ts'
import type { Targets } from './recommend.ts'

/** Within which bounds an advisor sets the times to live, and what for. */
export interface AutoTune {
  /** The times to live are never set outside of these, both included. */
  readonly minTtlMs: number
  readonly maxTtlMs: number
  /** Wanted share of requests that need no full build, from 0 to 1. */
  readonly target: number
}

/** The options of {@link createAdvisor}. */
export interface AdvisorOptions extends Partial<Targets> {
  /** Wanted share of requests that memory answers. Default 0.9. */
  readonly memoryTarget?: number
  /** Wanted share of requests that need no full build. Default 0.99. */
  readonly target?: number
  /** Sets the times to live so that the target is reached, and no longer than that takes. Default: sets nothing. */
  readonly autoTune?: AutoTune
  /** Bound of what is written down: so many requests, of 8 bytes each, of each scope. Default 32 768. */
  readonly maxEvents?: number
}

const fewestEvents = 1_024
const mostEvents = 4_194_304

/** Throws {@link InvalidOptionsError} for the first option that cannot be worked with. Callers without types come here too. */
export function assertAdvisorOptions(options: object): void {
  const { memoryTarget, target, autoTune, maxEvents } = options as Record<string, unknown>
  assertShare({ memoryTarget, target })
  if (maxEvents !== undefined && !isWhole(maxEvents, fewestEvents, mostEvents)) {
    throw wrong('maxEvents', `a whole number from ${fewestEvents} to ${mostEvents}`, maxEvents)
  }
  if (autoTune === undefined) return
  if (typeof autoTune !== 'object' || autoTune === null) throw wrong('autoTune', '{ minTtlMs, maxTtlMs, target }', autoTune)
  const { minTtlMs, maxTtlMs, target: share } = autoTune as Record<string, unknown>
  for (const [option, value] of Object.entries({ 'autoTune.minTtlMs': minTtlMs, 'autoTune.maxTtlMs': maxTtlMs })) {
    if (!(typeof value === 'number' && value > 0 && Number.isFinite(value))) throw wrong(option, 'a finite number above 0', value)
  }
  if ((minTtlMs as number) > (maxTtlMs as number))
    throw wrong('autoTune.minTtlMs', `at most autoTune.maxTtlMs (${String(maxTtlMs)})`, minTtlMs)
  if (share === undefined) throw wrong('autoTune.target', 'a number from 0 to 1', share)
  assertShare({ 'autoTune.target': share })
}

function assertShare(numbers: Record<string, unknown>): void {
  for (const [option, value] of Object.entries(numbers)) {
    if (value === undefined || (typeof value === 'number' && value >= 0 && value <= 1)) continue
    throw wrong(option, 'a number from 0 to 1', value)
  }
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
}

function wrong(option: string, expected: string, got: unknown): InvalidOptionsError {
  return new InvalidOptionsError(option, `${option} must be ${expected}; got ${inspect(got, { depth: 1 })}.`)
}
