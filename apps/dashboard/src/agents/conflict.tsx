import type { Agent } from '../api/agents.ts'
import { Differences } from './differences-view.tsx'

interface ConflictProps {
  readonly base: Agent
  readonly theirs: Agent
  readonly reapply: () => void
  readonly discard: () => void
}

/** Somebody else has saved meanwhile. Nothing was overwritten: it is for the editor to say how to go on. */
export function Conflict({ base, theirs, reapply, discard }: ConflictProps) {
  return (
    <section class="card stack" role="alert">
      <h2>
        Somebody saved version {theirs.version} while you were editing version {base.version}
      </h2>
      <p class="muted">Yours is not saved. This is what they changed:</p>
      <Differences before={base} after={theirs} same="The same as you began with." />
      <div class="row">
        <button class="button main" type="button" onClick={reapply}>
          Apply my changes to theirs
        </button>
        <button class="button" type="button" onClick={discard}>
          Discard mine, take theirs
        </button>
      </div>
    </section>
  )
}
