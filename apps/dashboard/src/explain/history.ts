import type { Happening, WorkersExplanation } from 'rekindle'

/** Something that happened to a key, and where. */
export interface Occurrence {
  readonly happening: Happening
  readonly workers: readonly string[]
}

/** The timelines of all workers as one, the latest first. Workers hear of the same invalidation: it is told once. */
export function merged(workers: WorkersExplanation['workers']): Occurrence[] {
  const all = workers.flatMap(({ worker, timeline }) => timeline.map((happening) => ({ happening, worker })))
  const groups = Map.groupBy(all, ({ happening, worker }) =>
    happening.event === 'invalidated' ? `clock ${happening.clock}` : `${worker} ${happening.at} ${JSON.stringify(happening)}`,
  )
  return [...groups.values()]
    .map((of) => ({ happening: of[0]!.happening, workers: [...new Set(of.map(({ worker }) => worker))] }))
    .toSorted((one, other) => other.happening.at - one.happening.at)
}

export type LastMade = Extract<Happening, { event: 'created' }> & { readonly worker: string }

/** When it was last made, by whichever worker; `undefined` if none remembers. */
export function lastMade(occurrences: readonly Occurrence[], source?: 'build'): LastMade | undefined {
  for (const { happening, workers } of occurrences) {
    if (happening.event === 'created' && (source === undefined || happening.source === source)) {
      return { ...happening, worker: workers[0]! }
    }
  }
  return undefined
}
