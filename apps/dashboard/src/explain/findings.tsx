import type { WorkersExplanation } from 'rekindle'
import { workerLabel } from '../fleet/worker-label.ts'
import { Icon } from '../parts/icon.tsx'
import { Banner } from '../parts/states.tsx'
import { lastIdentity } from '../state/identity.ts'
import { now } from '../state/now.ts'
import type { Asked } from './asked.ts'
import { BuildRung, ConfigRung, MemoryRung } from './rungs.tsx'
import { InvalidateButtons } from './invalidate-buttons.tsx'
import { storyOf } from './story.ts'
import { Timeline } from './timeline.tsx'

interface FindingsProps {
  readonly asked: Asked
  readonly explanation: WorkersExplanation
  readonly reload: () => void
}

export function Findings({ asked, explanation, reload }: FindingsProps) {
  const { silent, unreachable } = explanation
  return (
    <div class="stack">
      <section class="card stack" aria-live="polite">
        {storyOf(explanation, now.value).map((sentence) => (
          <p class="story">{sentence}</p>
        ))}
        <div class="row">
          <button class="button" type="button" onClick={reload}>
            <Icon name="retry" />
            Look again
          </button>
          {lastIdentity.value?.role === 'admin' && <InvalidateButtons asked={asked} explanation={explanation} done={reload} />}
        </div>
      </section>
      {unreachable && (
        <Banner tone="warn">
          <b>The store does not say which workers there are.</b> Others than the one shown may have this agent too.
        </Banner>
      )}
      {silent.length > 0 && (
        <Banner tone="warn">
          <b>Did not answer in time:</b> {silent.map(workerLabel).join(', ')}
        </Banner>
      )}
      <div class="ladder">
        <MemoryRung explanation={explanation} />
        <ConfigRung explanation={explanation} />
        <BuildRung explanation={explanation} />
      </div>
      <Timeline explanation={explanation} />
    </div>
  )
}
