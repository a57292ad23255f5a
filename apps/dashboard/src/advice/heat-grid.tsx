import type { Advice, Prediction } from 'rekindle/advisor'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { BareSelect } from '../parts/field.tsx'
import { shareText } from '../state/words.ts'
import { type Place, placeAfter } from './grid-moves.ts'
import { type Knob, knobs } from './knobs.ts'
import { nearestPlace } from './places.ts'
import { Everything } from './prediction-facts.tsx'
import { type RateName, rateLabels, rateNames, strengths } from './rates.ts'

const kinds = {
  ttlBySize: { label: 'Time to live × agents in memory', varied: [knobs.configTtlMs, knobs.liveTtlMs, knobs.maxAgents] },
  idleBySize: { label: 'Idle time × agents in memory', varied: [knobs.idleMs, knobs.maxAgents] },
} as const

/** What each pair of a time and a size would give. */
export function HeatGrids({ advice }: { readonly advice: Advice }) {
  const [kind, chooseKind] = useState<keyof typeof kinds>('ttlBySize')
  const [rate, chooseRate] = useState<RateName>('memoryHitRate')
  const rows = advice.grids[kind]
  return (
    <section class="card stack">
      <div class="card-head tight">
        <h2>Both at once</h2>
        <span class="muted small">the stronger the colour, the fewer are missed</span>
        <span class="end choices">
          <BareSelect
            label="Rate"
            value={rate}
            set={(value) => chooseRate(rateNames.find((name) => name === value) ?? rate)}
            options={rateNames.map((name) => [name, rateLabels[name]])}
          />
          <BareSelect
            label="What is changed"
            value={kind}
            set={(value) => chooseKind(value === 'idleBySize' ? value : 'ttlBySize')}
            options={[
              ['ttlBySize', kinds.ttlBySize.label],
              ['idleBySize', kinds.idleBySize.label],
            ]}
          />
        </span>
      </div>
      <HeatGrid key={kind} rows={rows} rate={rate} varied={kinds[kind].varied} advice={advice} />
    </section>
  )
}

interface HeatGridProps {
  readonly rows: readonly (readonly Prediction[])[]
  readonly rate: RateName
  /** The first is that of the rows, the last that of the columns. */
  readonly varied: readonly [Knob, ...Knob[]]
  readonly advice: Advice
}

function HeatGrid({ rows, rate, varied, advice }: HeatGridProps) {
  const [knob] = varied
  const [place, setPlace] = useState<Place>()
  const table = useRef<HTMLTableElement>(null)
  const moved = useRef(false)
  const strength = strengths(rows, rate)
  const columns = rows[0] ?? []
  const size = knobs.maxAgents
  const entered = place ?? { row: 0, column: 0 }

  // Before the next key is heard, however fast they come.
  useLayoutEffect(() => {
    if (moved.current) table.current?.querySelector<HTMLElement>('td[tabindex="0"]')?.focus()
    moved.current = false
  }, [place])

  const press = (event: KeyboardEvent): void => {
    const next = placeAfter(event.key, entered, rows.length, columns.length)
    if (next === undefined) return
    event.preventDefault()
    moved.current = true
    setPlace(next)
  }
  const now = nearestPlace(rows, varied, advice.current.setting)
  const better = nearestPlace(rows, varied, advice.recommended.prediction.setting)
  const markOf = (place: Place): CellMark => (isAt(place, now) ? 'now' : isAt(place, better) ? 'better' : undefined)
  const shown = place && rows[place.row]?.[place.column]
  return (
    <>
      <div class="table-wrap">
        <table class="heat" role="grid" aria-label={`${rateLabels[rate]} by ${knob.label} and ${size.label}`} ref={table}>
          <thead>
            <tr>
              <th scope="col">
                <span class="hidden-text">{knob.label}</span>
                <span aria-hidden="true">agents →</span>
              </th>
              {columns.map(({ setting }) => (
                <th scope="col" class="number">
                  {size.text(size.of(setting))}
                </th>
              ))}
            </tr>
          </thead>
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
      <ul class="legend" aria-hidden="true">
        <li>
          <span class="heat-mark now" /> now
        </li>
        {better !== undefined && !isAt(better, now) && (
          <li>
            <span class="heat-mark better" /> better
          </li>
        )}
      </ul>
      <div class="grid-facts" aria-live="polite">
        <p class="muted small">
          {shown === undefined ? 'Now. Point at a cell, or go to it with the arrow keys, for what it would give:' : 'There:'}
        </p>
        <Everything of={shown ?? advice.current} />
      </div>
    </>
  )
}

function isAt({ row, column }: Place, other: Place | undefined): boolean {
  return row === other?.row && column === other.column
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
