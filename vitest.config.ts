import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The files that take longest, so that none of them is left to run alone at the end; nor beside servers that are to be quick. */
const longest = ['/fleet/', '/faults/', '/soak/', '/protocol.property']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((part) => moduleId.includes(part))
      return place === -1 ? longest.length : place
    }
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other))
  }
}

export default defineConfig({
  test: {
    projects: [
      // These touch nothing that they share.
      { extends: true, test: { name: 'unit', include: ['{packages,apps}/*/src/**/*.test.ts'], isolate: false } },
      { extends: true, test: { name: 'whole', include: ['{packages,apps}/*/test/**/*.test.ts'] } },
    ],
    // Tests start some hundreds of processes; each would compile, and strip of its types, what the one before has.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compile', import.meta.url)) },
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Two cores: more files at once only makes timings noisier.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
  },
})
