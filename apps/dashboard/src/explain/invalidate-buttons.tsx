import { useState } from 'preact/hooks'
import type { WorkersExplanation } from 'rekindle'
import { type Invalidated, type InvalidationTarget, invalidate } from '../api/cache.ts'
import { workerLabel } from '../fleet/worker-label.ts'
import { ConfirmDialog } from '../parts/dialog.tsx'
import { BareSelect } from '../parts/field.tsx'
import { Banner } from '../parts/states.tsx'
import { useAction } from '../state/action.ts'
import { type Asked, keyOf } from './asked.ts'

interface InvalidateButtonsProps {
  readonly asked: Asked
  readonly explanation: WorkersExplanation
  readonly done: () => void
}

/** Makes every worker drop what is chosen, and says which of them has. */
export function InvalidateButtons({ asked, explanation, done }: InvalidateButtonsProps) {
  const targets = targetsOf(asked, explanation)
  const [at, setAt] = useState('0')
  const [isAsking, setAsking] = useState(false)
  const [outcome, setOutcome] = useState<Invalidated>()
  const { busy, error, run } = useAction()
  const chosen = targets[Number(at)] ?? targets[0]!
  const confirm = (): void =>
    run(async () => {
      setOutcome(await invalidate(chosen.target))
      setAsking(false)
      done()
    })
  return (
    <>
      <span>
        <BareSelect
          label="What to invalidate"
          value={at}
          set={setAt}
          options={targets.map(({ label }, index) => [String(index), label] as const)}
        />
      </span>
      <button class="button danger" type="button" onClick={() => setAsking(true)}>
        Invalidate
      </button>
      {outcome && <Outcome outcome={outcome} dismiss={() => setOutcome(undefined)} />}
      {isAsking && (
        <ConfirmDialog
          title="Invalidate?"
          verb="Invalidate"
          danger
          close={() => setAsking(false)}
          busy={busy}
          error={error}
          confirm={confirm}
        >
          <p>
            <b>{chosen.label}.</b> Every worker drops what it has of it, and the next request builds it in full. Turns in progress
            end as they began.
          </p>
        </ConfirmDialog>
      )}
    </>
  )
}

function Outcome({ outcome: { confirmed, unconfirmed }, dismiss }: { outcome: Invalidated; dismiss: () => void }) {
  const close = (
    <button class="button plain little" type="button" onClick={dismiss}>
      Dismiss
    </button>
  )
  if (confirmed) {
    return (
      <Banner tone="good" action={close}>
        All workers have dropped it.
      </Banner>
    )
  }
  return (
    <Banner tone="warn" action={close}>
      {unconfirmed === undefined
        ? 'The store could not be told yet. The server goes on trying.'
        : `Not confirmed by ${unconfirmed.map(workerLabel).join(', ')}; they hear of it when they next reach the store.`}
    </Banner>
  )
}

interface Target {
  readonly label: string
  readonly target: InvalidationTarget
}

function targetsOf(asked: Asked, { key, config, workers }: WorkersExplanation): Target[] {
  const inMemory = workers.flatMap(({ memory }) => (memory.present ? memory.tags : []))
  const stored = config.state === 'none' ? [] : (config.entry?.tags ?? [])
  const { userId } = { ...keyOf(asked), ...key }
  return [
    { label: 'This agent for this user', target: key },
    { label: `Agent ${asked.agent}, for everybody`, target: { agentId: asked.agent } },
    ...(userId === undefined ? [] : [{ label: `All agents of user ${userId}`, target: { userId } }]),
    ...[...new Set([...stored, ...inMemory])].map((tag) => ({ label: `Whatever depends on ${tag}`, target: { tags: [tag] } })),
  ]
}
