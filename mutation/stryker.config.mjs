// Run by scripts/mutate.mjs, from the root of the workspace; it names folders and files of packages/rekindle/src.
const places = process.env.MUTATE.split(',')

export default {
  testRunner: 'vitest',
  vitest: { configFile: 'mutation/vitest.config.ts', related: false },
  mutate: [
    ...places.map((place) => `packages/rekindle/src/${place.endsWith('.ts') ? place : `${place}/**/*.ts`}`),
    '!packages/rekindle/src/**/*.test.ts',
  ],
  // The sandbox is a copy of the rest.
  ignorePatterns: [
    '/{.changeset,.github,api,apps,bench,data,deploy,docs,examples,models,scripts}',
    'packages/rekindle/test/{cli,faults,fleet,frameworks,mcp,soak,telemetry}',
    'dist',
    '.cache',
  ],
  tempDirName: '.cache/mutation',
  coverageAnalysis: 'perTest',
  // What only runs as a module is loaded would take every test, in a process of its own.
  ignoreStatic: true,
  // What has not changed since the last run, tests included, is not tried again.
  incremental: true,
  incrementalFile: 'mutation/.cache/incremental.json',
  concurrency: 1,
  timeoutMS: 4_000,
  reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false },
  htmlReporter: { fileName: 'mutation/.cache/report.html' },
  jsonReporter: { fileName: 'mutation/.cache/report.json' },
  thresholds: { high: 95, low: 85, break: 85 },
}
