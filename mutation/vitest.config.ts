import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What needs other processes, or long, or a process of its own, or does not concern the tiers. */
const apart = [
  'advisor*',
  'audit*',
  'late-parts',
  'limits',
  'many-processes',
  'memory-limit',
  'not-found',
  'package',
  'postgres-*',
  'protocol.property',
  'redis-*',
  'sealed',
  'workers-stores',
]

/** A mutant dies with the first test that fails: the quick ones come first. */
class PropertiesLast extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => (moduleId.includes('.property.') ? 2 : moduleId.includes('/src/') ? 0 : 1)
    return Promise.resolve(files.toSorted((one, other) => rank(one) - rank(other)))
  }
}

export default defineConfig({
  test: {
    include: [
      'packages/rekindle/src/*.test.ts',
      'packages/rekindle/src/{live,config,build,invalidation,resilience,waiting}/**/*.test.ts',
      'packages/rekindle/src/testing/memory-store.test.ts',
      'packages/rekindle/test/*.test.ts',
    ],
    exclude: apart.map((name) => `packages/rekindle/test/${name}.test.ts`),
    setupFiles: ['mutation/same-cases.ts'],
    isolate: false,
    // A mutant may leave a promise open for good.
    testTimeout: 3_000,
    hookTimeout: 5_000,
    sequence: { sequencer: PropertiesLast },
  },
})
