/** Sums of what batches returned end up here, where the optimiser cannot know that nobody looks at them. */
export const sink = { sum: 0 }

/**
 * Turns a loop of very short operations into a measurement: nanoseconds per operation, of a batch long enough for the clock.
 * Each contestant brings its own loop, so that no call inside is shared with another and becomes megamorphic.
 */
export function syncBatch(loop: (count: number) => number, batchMs: number): () => number {
  let count = 0
  const run = (size: number) => {
    const started = performance.now()
    sink.sum += loop(size)
    return performance.now() - started
  }
  return () => {
    // The first call is a warm-up round, and finds how many operations fill a batch.
    if (count === 0) {
      run(warmUp)
      count = sized(run(warmUp), batchMs)
    }
    return (run(count) / count) * 1e6
  }
}

/** The same for operations that are awaited. */
export function asyncBatch(loop: (count: number) => Promise<number>, batchMs: number): () => Promise<number> {
  let count = 0
  const run = async (size: number) => {
    const started = performance.now()
    sink.sum += await loop(size)
    return performance.now() - started
  }
  return async () => {
    if (count === 0) {
      await run(warmUp)
      count = sized(await run(warmUp), batchMs)
    }
    return ((await run(count)) / count) * 1e6
  }
}

const warmUp = 20_000

function sized(warmUpMs: number, batchMs: number): number {
  return Math.max(1_000, Math.round((warmUp * batchMs) / warmUpMs))
}
