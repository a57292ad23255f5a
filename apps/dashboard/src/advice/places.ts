import type { CacheSettings } from 'rekindle'
import type { Prediction } from 'rekindle/advisor'
import { type Knob, knobs } from './knobs.ts'
import type { Place } from './grid-moves.ts'

/** The points of a curve, from the least to the most, with the present setting among them: it lies on each of its curves. */
export function withCurrent(points: readonly Prediction[], current: Prediction, { of }: Knob): Prediction[] {
  const others = points.filter(({ setting }) => of(setting) !== of(current.setting))
  return [...others, current].toSorted((one, other) => of(one.setting) - of(other.setting))
}

/**
 * The cell of a grid whose time and size are nearest to those of a setting, by how many times they are more or less. `undefined`
 * where what the grid does not vary is another.
 */
export function nearestPlace(
  rows: readonly (readonly Prediction[])[],
  varied: readonly Knob[],
  setting: CacheSettings,
): Place | undefined {
  const sample = rows[0]?.[0]?.setting
  const fixed = Object.values(knobs).filter((knob) => !varied.includes(knob))
  if (sample === undefined || fixed.some(({ of }) => of(sample) !== of(setting))) return undefined
  let nearest: { readonly place: Place; readonly distance: number } | undefined
  rows.forEach((cells, row) =>
    cells.forEach((cell, column) => {
      const distance = varied.reduce((sum, { of }) => sum + Math.abs(Math.log(of(cell.setting) / of(setting))), 0)
      if (nearest === undefined || distance < nearest.distance) nearest = { place: { row, column }, distance }
    }),
  )
  return nearest?.place
}
