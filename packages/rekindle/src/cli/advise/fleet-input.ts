import { type Facts, factsFrom, type Recordings } from '../../advisor/index.ts'
import type { RecordingPage } from '../../watch/watcher.ts'
import { UnreachableError } from '../exit-code.ts'
import type { OpenedStore } from '../opened-store.ts'

export interface FleetInput {
  readonly recordings: Recordings
  readonly facts: Facts
  readonly unwatched: readonly string[]
  readonly silent: readonly string[]
}

/** What all workers have written down and counted. Rejects with {@link UnreachableError}. */
export async function askFleet(
  { invalidator, address, timeoutMs }: OpenedStore,
  ttlJitter: number | undefined,
): Promise<FleetInput> {
  const { workers } = invalidator
  const [stats, live, config] = await Promise.all([
    workers.stats({ timeoutMs }),
    workers.recordings({ of: 'live', timeoutMs }),
    workers.recordings({ of: 'config', timeoutMs }),
  ])
  if (stats.unreachable || live.unreachable) throw new UnreachableError(`${address} does not say which workers there are.`)
  const watched = new Set(live.recordings.map(({ worker }) => worker))
  const counts = stats.workers.filter(({ worker }) => watched.has(worker)).map((each) => each.stats)
  const pages = live.recordings.map(({ page }) => page)
  const configs = config.recordings.map(({ page }) => page)
  const sharesConfigs = isOther(configs, pages)
  return {
    recordings: { live: pages, config: sharesConfigs ? configs : 'live' },
    facts: factsFrom(counts, { sharesConfigs, ...(ttlJitter !== undefined && { ttlJitter }) }),
    unwatched: live.unwatched,
    silent: [...new Set([...stats.silent, ...live.silent])],
  }
}

/** Where each live agent has a config of its own, both are recorded by one name; else by names of which none is the same. */
function isOther(configs: readonly RecordingPage[], live: readonly RecordingPage[]): boolean {
  const names = hashesOf(live)
  const own = [...hashesOf(configs)]
  return own.length > 0 && own.filter((hash) => names.has(hash)).length < own.length / 2
}

function hashesOf(pages: readonly RecordingPage[]): Set<number> {
  return new Set(pages.flatMap(({ events }) => events.filter((_, at) => at % 2 === 1)))
}
