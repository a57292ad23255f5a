import type { MemoryStanding, WorkersExplanation } from 'rekindle'
import type { ComponentChildren } from 'preact'
import type { Tier } from '../fleet/about.ts'
import { workerLabel } from '../fleet/worker-label.ts'
import { Fingerprint } from '../parts/fingerprint.tsx'
import { Pill, tierLabels } from '../parts/pill.tsx'
import { Meter } from '../parts/tier-meter.tsx'
import { Ago } from '../parts/time.tsx'
import { bytesText, latencyText, spanText } from '../state/words.ts'
import { lastMade, merged } from './history.ts'
import { becauseText, refusalText, targetText } from './reason-words.ts'

interface RungProps {
  readonly explanation: WorkersExplanation
}

/** A request asks from the first to the last. */
function Rung({ tier, note, children }: { readonly tier: Tier; readonly note: string; readonly children: ComponentChildren }) {
  return (
    <section class={`card rung ${tier}`}>
      <div class="card-head">
        <h2>{tierLabels[tier]}</h2>
        <span class="muted small">{note}</span>
      </div>
      {children}
    </section>
  )
}

export function MemoryRung({ explanation: { workers } }: RungProps) {
  return (
    <Rung tier="memory" note="the live agent, in each worker">
      {workers.map(({ worker, memory }) => (
        <div class="worker-item" key={worker}>
          <div class="row">
            <code title={worker}>{workerLabel(worker)}</code>
            <span class="end">
              <Standing of={memory} />
            </span>
          </div>
          {memory.present && <InMemory memory={memory} />}
        </div>
      ))}
    </Rung>
  )
}

const standings = { fresh: 'fresh', stale: 'stale, being renewed', expired: 'expired', idle: 'idle for too long' } as const

function Standing({ of }: { readonly of: MemoryStanding }) {
  if (!of.present) return <Pill>not here</Pill>
  return <Pill tone={of.standing === 'fresh' ? 'good' : 'warn'}>{standings[of.standing]}</Pill>
}

function InMemory({ memory }: { readonly memory: Extract<MemoryStanding, { present: true }> }) {
  const { ageMs, freshForMs, fingerprint, leases, idleMs, source } = memory
  return (
    <>
      <Remaining tier="memory" part={freshForMs / Math.max(1, ageMs + freshForMs)}>
        {freshForMs > 0 ? `fresh for ${spanText(freshForMs)} more` : 'its time is over'}
      </Remaining>
      <span class="muted small">
        <Fingerprint of={fingerprint} />, made from {source === 'build' ? 'a full build' : 'the config'} {spanText(ageMs)} ago,{' '}
        {leases > 0 ? `in use by ${leases}` : `idle for ${spanText(idleMs)}`}
      </span>
    </>
  )
}

function Remaining({
  tier,
  part,
  children,
}: {
  readonly tier: Tier
  readonly part: number
  readonly children: ComponentChildren
}) {
  return (
    <div>
      <Meter tier={tier} part={part} />
      <span class="small">{children}</span>
    </div>
  )
}

const hourMs = 3_600_000

export function ConfigRung({ explanation: { config } }: RungProps) {
  const entry = config.state === 'none' ? undefined : config.entry
  return (
    <Rung tier="config" note="its config, for all workers">
      <div class="stack tight">
        <div>
          {config.state === 'none' && <Pill>there is no store</Pill>}
          {config.state === 'usable' && (
            <Pill tone={config.stale ? 'warn' : 'good'}>{config.stale ? 'stale, but usable' : 'usable'}</Pill>
          )}
          {config.state === 'refused' && (
            <Pill tone={config.reason === 'absent' ? '' : 'warn'}>{refusalText(config.reason)}</Pill>
          )}
        </div>
        {config.state === 'refused' && config.detail !== undefined && <p class="small muted">{config.detail}</p>}
        {entry && (
          <>
            <Remaining tier="config" part={entry.freshForMs / Math.max(hourMs, entry.freshForMs)}>
              {entry.freshForMs > 0 ? `fresh for ${spanText(entry.freshForMs)} more` : `over for ${spanText(-entry.freshForMs)}`}
            </Remaining>
            <span class="muted small">
              <Fingerprint of={entry.fingerprint} />
              {entry.sizeBytes !== undefined && `, about ${bytesText(entry.sizeBytes)} in a process`}
            </span>
            <Tags of={entry.tags} />
          </>
        )}
      </div>
    </Rung>
  )
}

function Tags({ of }: { readonly of: readonly string[] }) {
  if (of.length === 0) return null
  return (
    <div>
      <div class="muted small">Depends on</div>
      <ul class="tags">
        {of.map((tag) => (
          <li class="tag">{tag}</li>
        ))}
      </ul>
    </div>
  )
}

export function BuildRung({ explanation: { workers, invalidation } }: RungProps) {
  const built = lastMade(merged(workers), 'build')
  const { last, sure } = invalidation
  return (
    <Rung tier="build" note="from the database, in full">
      <dl class="facts small">
        <dt>Last built</dt>
        <dd>
          {built === undefined ? (
            <span class="muted">no worker remembers</span>
          ) : (
            <>
              <Ago at={built.at} /> by {workerLabel(built.worker)}
            </>
          )}
        </dd>
        {built && (
          <>
            <dt>It took</dt>
            <dd>{latencyText(built.durationMs)}</dd>
            <dt>Because</dt>
            <dd>{becauseText(built.reason)}</dd>
          </>
        )}
        <dt>Invalidated</dt>
        <dd>
          {last === undefined ? (
            <span class="muted">not that is known</span>
          ) : (
            <>
              {targetText(last.target)} {last.at !== undefined && <Ago at={last.at} />}
              {!last.confirmed && <Pill tone="warn">not told to the store yet</Pill>}
            </>
          )}
          {!sure && <div class="muted">There may have been a later one: the store was not asked.</div>}
        </dd>
      </dl>
    </Rung>
  )
}
