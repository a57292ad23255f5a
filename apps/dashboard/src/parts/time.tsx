import { now } from '../state/now.ts'
import { agoText, dateText } from '../state/words.ts'

/** How long ago, and when exactly to whoever points at it. */
export function Ago({ at }: { readonly at: number | string }) {
  const ms = typeof at === 'string' ? Date.parse(at) : at
  return (
    <time dateTime={new Date(ms).toISOString()} title={dateText(ms)}>
      {agoText(ms, now.value)}
    </time>
  )
}
