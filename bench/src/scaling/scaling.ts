import type { Benchmark, Grid } from '../benchmark.ts'
import { drawRest, drawSettings, drawShards, drawSteady } from './draw-calm.ts'
import { drawCalibration, drawSampling, drawSmallFleet } from './draw-checks.ts'
import { drawDeadNode } from './draw-dead-node.ts'
import { drawFaults } from './draw-faults.ts'
import { drawHerds } from './draw-herds.ts'
import { drawConfirmed, drawHotAgent } from './draw-one-edit.ts'
import { drawStorms } from './draw-storms.ts'
import { endSimulations } from './simulate.ts'

/** A fleet of a thousand workers, simulated: the library's own code, in a time and on servers that are modelled. */
export const scaling: Benchmark = {
  needsRedis: false,
  async prepare({ scale }) {
    const full = scale.rounds > 5
    // What is measured, and not simulated, has the machine for itself.
    let simulated: Promise<readonly Grid[]> | undefined
    const grids = async (): Promise<readonly Grid[]> =>
      (
        await Promise.all([
          drawSampling(full),
          drawRest(full),
          drawSteady(full),
          drawShards(full),
          drawSettings(full),
          drawStorms(full),
          drawConfirmed(full),
          drawHotAgent(full),
          drawHerds(full),
          drawFaults(full),
          drawDeadNode(),
        ])
      ).flat()
    const nth = (index: number) => async () => (await (simulated ??= grids()))[index]!
    return {
      comparisons: [],
      grids: [() => drawCalibration(full), () => drawSmallFleet(full), ...Array.from({ length: 12 }, (_, index) => nth(index))],
      end: async () => endSimulations(),
    }
  },
}
