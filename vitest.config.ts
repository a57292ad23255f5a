import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The files that take longest, so that none of them is left to run alone at the end; nor beside servers that are to be quick. */
const longest = ['/fleet/', '/faults/', '/soak/', '/protocol.property']

/** Mostly they wait: for time-outs that are over, and for servers that start. `npm test` gives them a worker of their own. */
const waiting = [
  'packages/rekindle/test/faults/**/*.test.ts',
  'packages/rekindle/test/soak/**/*.test.ts',
  'packages/rekindle/test/mcp/stdio-servers.test.ts',
  'packages/rekindle/test/postgres-*.test.ts',
  'packages/rekindle/test/redis-*.test.ts',
  'packages/rekindle/test/cli/*.test.ts',
  'apps/server/test/server-editing-failures.test.ts',
  'apps/server/test/server-stores.test.ts',
]

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
      { extends: true, test: { name: 'waiting', include: waiting } },
      { extends: true, test: { name: 'whole', include: ['{packages,apps}/*/test/**/*.test.ts'], exclude: waiting } },
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
