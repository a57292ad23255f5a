import type { Benchmark } from '../benchmark.ts'
import { drawAccuracy } from './accuracy.ts'
import { advising, seeing } from './costs.ts'
import { traceOfFile } from './trace-file.ts'
import { drawTuning } from './tuning.ts'
import { conversations, scans, shifts, type Trace } from './workloads.ts'

/** What an advisor says, how near that is to what is, and what it costs. */
export const advisorBenchmark: Benchmark = {
  needsRedis: false,
  async prepare({ scale, trace }) {
    const traces = scale.rounds > 5 ? 3 : 1
    const seeds = Array.from({ length: traces }, (_, at) => at + 1)
    const file = trace === undefined ? undefined : traceOfFile(trace)
    const workloads: (readonly Trace[])[] = [conversations, scans, shifts].map((kind, at) =>
      seeds.map((seed) => kind(100 * at + seed)),
    )
    if (file !== undefined) workloads.push(seeds.map(() => file))
    return {
      comparisons: [seeing(scale.batchMs), await advising(workloads[0]![0]!)],
      grids: [() => drawAccuracy(workloads, file !== undefined), drawTuning],
      end: async () => {},
    }
  },
}
