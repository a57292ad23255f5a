import { sink } from './batch.ts'
import { collectYoung } from './garbage.ts'
import type { SampleAgent } from './sample-agent.ts'
import { percentile } from './statistics.ts'

/** A way from the number of a session to an agent made of the config that a store has for it. */
export interface ConfigReader {
  readonly name: string
  /** Before a round, outside the measurement: makes sure that no answer is at hand in memory. */
  begin?(): Promise<void>
  read(session: number): Promise<SampleAgent>
  /** After a round of so many reads. Throws if it did not measure what it should have. */
  end?(reads: number): Promise<void>
}

/** The same, which also throws if any of its answers did not come out of the store: `found` counts what the store has found. */
export function askingStore(reader: ConfigReader, found: () => Promise<number>): ConfigReader {
  let before = 0
  return {
    name: reader.name,
    async begin() {
      await reader.begin?.()
      before = await found()
    },
    read: (session) => reader.read(session),
    async end(reads) {
      const asked = (await found()) - before
      await reader.end?.(reads)
      if (asked < reads) throw new Error(`${reader.name}: ${reads} reads, but the store has found only ${asked}.`)
    },
  }
}

/** One request after the other: the median of their times, in microseconds. */
export function latency(reader: ConfigReader, requests: number): () => Promise<number> {
  return measured(reader, requests, async () => {
    const times: number[] = []
    for (let session = 0; session < requests; session++) {
      const started = process.hrtime.bigint()
      const agent = await reader.read(session)
      times.push(Number(process.hrtime.bigint() - started) / 1_000)
      sink.sum += agent.size
    }
    return percentile(times, 0.5)
  })
}

/** `concurrency` requests at once, and again when the last of them has its answer, `waves` times: requests per second. */
export function throughput(reader: ConfigReader, concurrency: number, waves: number): () => Promise<number> {
  const request = async (session: number) => {
    const agent = await reader.read(session)
    sink.sum += agent.size
  }
  return measured(reader, concurrency * waves, async () => {
    const started = performance.now()
    for (let wave = 0; wave < waves; wave++) {
      await Promise.all(Array.from({ length: concurrency }, (_, index) => request(wave * concurrency + index)))
    }
    return (1_000 * concurrency * waves) / (performance.now() - started)
  })
}

function measured(reader: ConfigReader, reads: number, measure: () => Promise<number>): () => Promise<number> {
  return async () => {
    await reader.begin?.()
    collectYoung()
    const value = await measure()
    await reader.end?.(reads)
    return value
  }
}
