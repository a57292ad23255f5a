import { builtIns } from '../../platform/built-ins.ts'
import type { MemoryUse } from './memory-reading.ts'

const mebibyte = 1_048_576

/** Where V8 makes objects. From all other spaces only a full collection removes any. */
const youngSpaces: ReadonlySet<string> = new Set(['new_space', 'new_large_object_space'])

/** The heap of this thread, now: 2 µs. Of what is in use, `oldBytes` are in the spaces that only a full collection shrinks. */
export function readHeap(): MemoryUse & { readonly oldBytes: number } {
  let usedBytes = 0
  let oldBytes = 0
  for (const { space_name: name, space_used_size: used } of builtIns.v8.getHeapSpaceStatistics()) {
    usedBytes += used
    if (!youngSpaces.has(name)) oldBytes += used
  }
  return { usedBytes, oldBytes, limitBytes: (limitOfThread ??= limitOfThisThread()) }
}

let limitOfThread: number | undefined

function limitOfThisThread(): number {
  const flags = `${process.env['NODE_OPTIONS'] ?? ''} ${process.execArgv.join(' ')}`
  return heapLimit(
    builtIns.v8.getHeapStatistics().heap_size_limit,
    flags,
    builtIns.workerThreads.resourceLimits.maxOldGenerationSizeMb,
  )
}

/**
 * V8 gives up when the old generation is full. Its `heap_size_limit` counts in room for the young one, too: with its own
 * defaults a few per cent, but up to 192 MiB beside a small `--max-old-space-size`, which nothing but the command line tells.
 *
 * `flags`: the options of the process, in order of precedence; `workerLimitMb`: what a worker thread has been given.
 */
export function heapLimit(heapSizeLimit: number, flags: string, workerLimitMb: number | undefined): number {
  const flag = [...flags.matchAll(/--max[-_]old[-_]space[-_]size=(\d+)/g)].at(-1)?.[1]
  const given = [Number(flag), workerLimitMb].filter((limitMb) => limitMb !== undefined && limitMb > 0) as number[]
  return Math.min(heapSizeLimit, ...given.map((limitMb) => limitMb * mebibyte))
}
