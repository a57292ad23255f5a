import type { ComponentChildren } from 'preact'
import type { Worker } from '../fleet/fleet.ts'
import { addUp } from '../fleet/fleet-series.ts'
import { totalsOf, totalsSince } from '../fleet/totals.ts'
import { tiers } from '../fleet/about.ts'
import { TierMeter } from '../parts/tier-meter.tsx'
import { countText, rateText, shareText } from '../state/words.ts'

interface TilesProps {
  readonly workers: readonly Worker[]
  /** The same, a minute ago. */
  readonly before: readonly Worker[]
}

/** The state of this moment in six numbers. */
export function Tiles({ workers, before }: TilesProps) {
  const totals = totalsOf(workers)
  const minute = totalsSince(workers, before)
  const recent = minute.requests > 0 ? minute : totals
  const hits = recent.served.memory + recent.served.config
  const turns = workers.reduce((sum, { about }) => sum + (about?.turns ?? 0), 0)
  return (
    <div class="tiles">
      <Tile label="Requests" value={`${rateText(lastRate(workers))}/s`} note={`${countText(totals.requests)} since the start`} />
      <Tile label="Without a build" value={shareText(hits, recent.requests)} note={shares(recent.served, recent.requests)}>
        <TierMeter served={recent.served} />
      </Tile>
      <Tile
        label="Live agents"
        value={countText(totals.live)}
        note={`${countText(totals.inUse)} in use, ${countText(totals.idle)} idle`}
      />
      <Tile label="Turns in progress" value={countText(turns)} note={`${countText(totals.waiting)} waiting for an agent`} />
      <Tile
        label="Building now"
        value={countText(totals.building)}
        note={`${countText(totals.builds)} full builds since the start`}
      />
      <Tile
        label="Failed"
        value={countText(totals.failed)}
        tone={minute.failed > 0 ? 'bad' : ''}
        note={minute.failed > 0 ? `${countText(minute.failed)} in the last minute` : 'none in the last minute'}
      />
    </div>
  )
}

interface TileProps {
  readonly label: string
  readonly value: string
  readonly note: string
  readonly tone?: string
  readonly children?: ComponentChildren
}

function Tile({ label, value, note, tone = '', children }: TileProps) {
  return (
    <div class="tile">
      <span class="label">{label}</span>
      <span class={`value ${tone}`}>{value}</span>
      {children}
      <span class="note">{note}</span>
    </div>
  )
}

function shares(served: Parameters<typeof TierMeter>[0]['served'], requests: number): string {
  return `${shareText(served.memory, requests)} memory, ${shareText(served.config, requests)} config`
}

/** Of the last step that is over. */
function lastRate(workers: readonly Worker[]): number {
  const { perSecond } = addUp(workers.flatMap(({ about }) => (about ? [about.series] : [])))
  return tiers.reduce((sum, tier) => sum + (perSecond[tier].at(-1) ?? 0), 0)
}
