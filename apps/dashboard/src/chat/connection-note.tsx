import { Banner } from '../parts/states.tsx'
import { now } from '../state/now.ts'
import { spanText } from '../state/words.ts'
import { chat } from './chat.ts'

/** Only while something is wrong. */
export function ConnectionNote() {
  const connection = chat.connection.value
  if (connection.state !== 'waiting') return null
  const left = Math.max(0, connection.untilMs - now.value)
  return (
    <Banner
      tone="warn"
      action={
        <button class="button little" type="button" onClick={() => chat.connect()}>
          Try now
        </button>
      }
    >
      <b>The connection is lost.</b> Turns go on; their replies appear when it is back. Trying again
      {left > 1_000 ? ` in ${spanText(left)}` : ''}.
    </Banner>
  )
}
