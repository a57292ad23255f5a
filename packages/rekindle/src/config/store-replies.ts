import { everything } from '../invalidation/target.ts'
import type { Claimed, SeenClock, StoreAdvance, StoreChanges, StoreClock, StoreRead, WorkerList } from './config-store.ts'

/**
 * What a store answers is a stranger's word: a store of the application's may say anything, and so may one that somebody else
 * can write to. What has another shape than the port says is a failure of the store, which costs time and no more. Above all no
 * number gets in that is none: of an infinity or NaN nothing is ever later, so an invalidation stamped with it would be missed.
 */

/** More workers than any fleet has. */
const maxWorkers = 10_000

/** More targets than a process remembers. */
const maxTargets = 50_000

/** Throws a `TypeError`, as all of these do. */
export function checkRead(answer: unknown): StoreRead {
  const { pointer, clock } = fieldsOf(answer)
  if ((pointer !== undefined && typeof pointer !== 'string') || !isClock(clock)) throw other('a read')
  return answer as StoreRead
}

export function checkBlob(answer: unknown): string | undefined {
  if (answer !== undefined && typeof answer !== 'string') throw other('the reading of a config')
  return answer
}

export function checkClaimed(answer: unknown): Claimed {
  const { granted, claimant, asOf, entry } = fieldsOf(answer)
  if (entry !== undefined) checkRead(entry)
  if (granted !== true && (granted !== false || typeof claimant !== 'string' || !isSeen(asOf))) throw other('a claim')
  return answer as Claimed
}

/** The workers to be woken. */
export function checkWaiting(answer: unknown): readonly string[] {
  if (!Array.isArray(answer) || answer.length > maxWorkers || !answer.every(isText)) throw other('the end of a claim')
  return answer
}

export function checkAdvance(answer: unknown): StoreAdvance {
  const { previous, clock } = fieldsOf(answer)
  if (!isCount(previous) || !isClock(clock)) throw other('an invalidation')
  return answer as StoreAdvance
}

/**
 * Here doubt is no failure, for as long as that lasted nothing would be invalidated: a target that cannot be read names everything, and so do
 * more of them than are remembered; a clock that cannot be right is the latest.
 */
export function checkChanges(answer: unknown): StoreChanges {
  const { clock, targets } = fieldsOf(answer)
  if (!isClock(clock) || !Array.isArray(targets)) throw other('what was invalidated')
  if (targets.length > maxTargets) return { clock, targets: [[everything, clock.clock]] }
  return { clock, targets: targets.map((entry: unknown) => readTarget(entry, clock.clock)) }
}

function readTarget(entry: unknown, latest: number): readonly [string, number] {
  const [target, at] = Array.isArray(entry) ? (entry as unknown[]) : []
  return [isText(target) ? target : everything, isCount(at) && at <= latest ? at : latest]
}

export function checkWorkers(answer: unknown): WorkerList {
  const { reports, keptForMs } = fieldsOf(answer)
  const isList = Array.isArray(reports) && reports.length <= maxWorkers && reports.every(isReport)
  if (!isList || typeof keptForMs !== 'number') throw other('which workers there are')
  return answer as WorkerList
}

function isReport(report: unknown): boolean {
  return isText(fieldsOf(report)['worker']) && isSeen(report)
}

function isClock(value: unknown): value is StoreClock {
  const { clock, floor } = fieldsOf(value)
  return isSeen(value) && isCount(floor) && floor <= (clock as number)
}

function isSeen(value: unknown): value is SeenClock {
  const { history, clock } = fieldsOf(value)
  return isText(history) && isCount(clock)
}

/** Beyond what a double counts one by one, clocks that differ would look the same. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

const isText = (value: unknown): value is string => typeof value === 'string'

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return Object(value) as Record<string, unknown>
}

function other(question: string): TypeError {
  return new TypeError(`The store answered ${question} with something else.`)
}
