import { containerMemory } from './container-memory.ts'
import { readHeap } from './heap-memory.ts'
import type { MemoryReading, MemoryUse } from './memory-reading.ts'

/** Reading the files of a container takes some 50 µs: too long for each new agent. */
const containerIntervalMs = 500

interface MemoryReaders {
  readonly readHeap: () => MemoryUse & { readonly oldBytes: number }
  readonly readContainer: () => MemoryUse | undefined
  /** Milliseconds, from anywhere. */
  readonly now: () => number
}

/** What reads the memory of this process. Never throws: what cannot be read has no limit that could be neared. */
export function memoryReader({ readHeap, readContainer, now }: MemoryReaders): () => MemoryReading {
  let container: MemoryUse | undefined
  let containerReadAt = -Infinity
  let oldBytes = 0
  let collections = 0

  return () => {
    const heap = attempt(readHeap)
    // The old generation loses objects in a full collection, and at no other time.
    if (heap !== undefined && heap.oldBytes < oldBytes) collections++
    oldBytes = heap?.oldBytes ?? 0
    if (now() - containerReadAt >= containerIntervalMs) {
      container = attempt(readContainer)
      containerReadAt = now()
    }
    return { ...(heap && { heap }), ...(container && { container }), collections }
  }
}

let readThisProcess: (() => MemoryReading) | undefined

/** One for all caches of a thread: each collection is noticed by whoever reads first, and counts for all. */
export function processMemory(): MemoryReading {
  readThisProcess ??= memoryReader({ readHeap, readContainer: containerMemory(), now: () => performance.now() })
  return readThisProcess()
}

function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
