import type { Prediction } from 'rekindle/advisor'
import { countText, shareText, spanText } from '../state/words.ts'
import { atMostText, meanText, storeText } from './prediction-words.ts'
import type { Rates } from './rates.ts'

/** What is set now: how it does, as predicted and as counted, and what it costs. */
export function AdviceTiles({ current, measured }: { readonly current: Prediction; readonly measured: Rates }) {
  return (
    <div class="tiles">
      <Tile label="Without a build" value={shareText(current.withoutBuild, 1)} note={countedText(measured.withoutBuild)} />
      <Tile label="From memory" value={shareText(current.memoryHitRate, 1)} note={countedText(measured.memoryHitRate)} />
      <Tile
        label="Live agents"
        value={meanText(current.liveAgents.mean)}
        note={`in each worker, ${atMostText(current.liveAgents.max)}`}
      />
      <Tile label="Waited for agents" value={spanText(current.rebuildMsPerHour)} note="in an hour, all requests together" />
      <Tile label="Full builds" value={countText(Math.round(current.buildsPerHour))} note="in an hour" />
      <Tile label="In the store" {...storeTile(current.store)} />
    </div>
  )
}

function storeTile(store: Prediction['store']): { readonly value: string; readonly note: string } {
  const text = storeText(store)
  const [, value = text, note = ''] = /^(.*) \((.*)\)$/.exec(text) ?? []
  return { value, note }
}

function countedText(rate: number | undefined): string {
  return rate === undefined ? 'predicted; nothing counted yet' : `predicted; counted: ${shareText(rate, 1)}`
}

function Tile({ label, value, note }: { readonly label: string; readonly value: string; readonly note: string }) {
  return (
    <div class="tile">
      <span class="label">{label}</span>
      <span class="value">{value}</span>
      <span class="note">{note}</span>
    </div>
  )
}
