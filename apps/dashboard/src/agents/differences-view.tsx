import type { AgentContent } from '../api/agents.ts'
import { differences, type Piece } from './difference.ts'

interface DifferencesProps {
  readonly before: Partial<AgentContent>
  readonly after: Partial<AgentContent>
  /** Said if nothing differs. */
  readonly same: string
}

/** What changes, as text. */
export function Differences({ before, after, same }: DifferencesProps) {
  const all = differences(before, after)
  if (all.length === 0) return <p class="muted">{same}</p>
  return (
    <div class="stack">
      {all.map(({ field, label, pieces }) => (
        <section class="stack tight" key={field}>
          <h3>{label}</h3>
          <pre class="difference" tabIndex={0} aria-label={`Change of ${label}`}>
            {pieces.map(marked)}
          </pre>
        </section>
      ))}
    </div>
  )
}

function marked({ kind, text }: Piece) {
  if (kind === 'added') {
    return (
      <ins>
        <span class="hidden-text">added: </span>
        {text}
      </ins>
    )
  }
  if (kind === 'removed') {
    return (
      <del>
        <span class="hidden-text">removed: </span>
        {text}
      </del>
    )
  }
  return text
}
