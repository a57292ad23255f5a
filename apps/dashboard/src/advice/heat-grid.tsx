import type { Advice, Prediction } from 'rekindle/advisor'
import { useRef } from 'preact/hooks'
import { shareText } from '../state/words.ts'
import { type GridKindName, gridKinds } from './grid-kinds.ts'
import type { Place } from './grid-moves.ts'
import { useGridPlace } from './grid-place.ts'
import { type Knob, knobs } from './knobs.ts'
import { nearestPlace } from './places.ts'
import { Everything } from './prediction-facts.tsx'
import { type RateName, rateLabels, strengths } from './rates.ts'

const size = knobs.maxAgents

interface HeatGridProps {
  readonly kind: GridKindName
  readonly rate: RateName
  readonly advice: Advice
}

/** A rate in each cell, and all that is predicted of the one that is looked at. */
export function HeatGrid({ kind, rate, advice }: HeatGridProps) {
  const rows = advice.grids[kind]
  const columns = rows[0] ?? []
  const { varied } = gridKinds[kind]
  const [knob] = varied
  const table = useRef<HTMLTableElement>(null)
  const { place, entered, setPlace, press } = useGridPlace(table, rows.length, columns.length)
  const strength = strengths(rows, rate)
  const now = nearestPlace(rows, varied, advice.current.setting)
  const better = nearestPlace(rows, varied, advice.recommended.prediction.setting)
  const markOf = (cell: Place): CellMark => (isAt(cell, now) ? 'now' : isAt(cell, better) ? 'better' : undefined)
  return (
    <>
      <div class="table-wrap">
        <table class="heat" role="grid" aria-label={`${rateLabels[rate]} by ${knob.label} and ${size.label}`} ref={table}>
          <Sizes corner={knob} columns={columns} />
          <tbody onKeyDown={press} onPointerLeave={() => setPlace(undefined)}>
            {rows.map((row, at) => (
              <tr>
                <th scope="row">{knob.text(knob.of(row[0]!.setting))}</th>
                {row.map((prediction, column) => (
                  <Cell
                    share={prediction[rate]}
                    strength={strength[at]?.[column] ?? 0}
                    mark={markOf({ row: at, column })}
                    isEntered={isAt({ row: at, column }, entered)}
                    enter={() => setPlace({ row: at, column })}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Legend hasBetter={better !== undefined && !isAt(better, now)} />
      <Facts there={place && rows[place.row]?.[place.column]} now={advice.current} />
    </>
  )
}

function Sizes({ corner, columns }: { readonly corner: Knob; readonly columns: readonly Prediction[] }) {
  return (
    <thead>
      <tr>
        <th scope="col">
          <span class="hidden-text">{corner.label}</span>
          <span aria-hidden="true">agents →</span>
        </th>
        {columns.map(({ setting }) => (
          <th scope="col" class="number">
            {size.text(size.of(setting))}
          </th>
        ))}
      </tr>
    </thead>
  )
}

type CellMark = 'now' | 'better' | undefined

interface CellProps {
  readonly share: number
  readonly strength: number
  readonly mark: CellMark
  /** It is where the keyboard is, or would come to. */
  readonly isEntered: boolean
  readonly enter: () => void
}

function Cell({ share, strength, mark, isEntered, enter }: CellProps) {
  return (
    <td
      class={`number ${mark ?? ''}`}
      style={{ '--strength': `${Math.round(4 + 42 * strength)}%` }}
      tabIndex={isEntered ? 0 : -1}
      onPointerEnter={enter}
      onFocus={enter}
    >
      {shareText(share, 1)}
      {mark !== undefined && <span class="hidden-text">, {mark}</span>}
    </td>
  )
}

function Legend({ hasBetter }: { readonly hasBetter: boolean }) {
  return (
    <ul class="legend" aria-hidden="true">
      <li>
        <span class="heat-mark now" /> now
      </li>
      {hasBetter && (
        <li>
          <span class="heat-mark better" /> better
        </li>
      )}
    </ul>
  )
}

function Facts({ there, now }: { readonly there: Prediction | undefined; readonly now: Prediction }) {
  return (
    <div class="grid-facts" aria-live="polite">
      <p class="muted small">
        {there === undefined ? 'Now. Point at a cell, or go to it with the arrow keys, for what it would give:' : 'There:'}
      </p>
      <Everything of={there ?? now} />
    </div>
  )
}

function isAt({ row, column }: Place, other: Place | undefined): boolean {
  return row === other?.row && column === other.column
}
