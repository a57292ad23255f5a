import type { Answer } from '../workers/answers.ts'
import type { Asks } from '../workers/asks.ts'
import { answerFrom, describeSelf, pageOf, type SelfParts } from '../workers/self.ts'
import { type Workers, workersOf } from '../workers/workers.ts'
import type { Explanation } from './explanation.ts'
import { Explainer, type ExplainerParts } from './explainer.ts'
import { Timeline } from './timeline.ts'
import type { AgentKey } from '../agent-key.ts'
import type { Told } from './told.ts'

/** What a worker can say of its keys, of itself and of the others. */
export interface Diagnosis {
  /** Something has happened, at that time. */
  see(told: Told, at: number): void
  explain(key: AgentKey): Promise<Explanation>
  /** To what others ask of this worker. */
  readonly answer: Answer
  readonly workers: Workers
}

export type DiagnosisParts<Config, Agent> = Omit<ExplainerParts<Config, Agent>, 'timeline'> &
  Omit<SelfParts, 'explain' | 'name'> & { readonly asks: Pick<Asks, 'worker' | 'closed' | 'ask'> }

export function diagnose<Config, Agent>(parts: DiagnosisParts<Config, Agent>): Diagnosis {
  const timeline = new Timeline()
  const explainer = new Explainer<Config, Agent>({ ...parts, timeline })
  const self: SelfParts = { ...parts, name: parts.asks.worker, explain: (key) => explainer.local(key) }
  return {
    see: (told, at) => timeline.see(told, at),
    explain: (key) => explainer.explain(key),
    answer: answerFrom(self),
    workers: workersOf(parts.asks, {
      explain: (key) => explainer.explain(key),
      worker: {
        describe: () => describeSelf(self),
        page: (of, after) => pageOf(self, of, after, Infinity),
      },
    }),
  }
}
