import type { Agent } from '../api/agents.ts'
import { Differences } from './differences-view.tsx'
import { reappliedTo, type WorkingCopy, workingCopyOf } from './working-copy.ts'

interface ConflictProps {
  readonly copy: WorkingCopy
  readonly theirs: Agent
  /** How to go on. */
  readonly settle: (next: WorkingCopy) => void
}

/** Somebody else has saved meanwhile. Nothing was overwritten: it is for the editor to say how to go on. */
export function Conflict({ copy, theirs, settle }: ConflictProps) {
  return (
    <section class="card stack" role="alert">
      <h2>
        Somebody saved version {theirs.version} while you were editing version {copy.base.version}
      </h2>
      <p class="muted">Yours is not saved. This is what they changed:</p>
      <Differences before={copy.base} after={theirs} same="The same as you began with." />
      <div class="row">
        <button class="button main" type="button" onClick={() => settle(reappliedTo(theirs, copy))}>
          Apply my changes to theirs
        </button>
        <button class="button" type="button" onClick={() => settle(workingCopyOf(theirs))}>
          Discard mine, take theirs
        </button>
      </div>
    </section>
  )
}
