import type { Grid } from '../benchmark.ts'
import { type BundleSize, bundleSize } from './bundle-size.ts'
import { type Dependencies, dependenciesOf } from './dependencies.ts'

interface Program {
  readonly name: string
  /** What is counted as its dependencies are those of this package. */
  readonly dependenciesOf: string
  readonly uses: readonly { readonly names: string; readonly from: string }[]
}

const core: Program = {
  name: 'rekindle: createAgentCache',
  dependenciesOf: 'rekindle',
  uses: [{ names: '{ createAgentCache }', from: 'rekindle' }],
}
const agentCache = core.uses[0]!

const programs: readonly Program[] = [
  core,
  { ...core, name: 'rekindle: all it exports', uses: [{ names: '*', from: 'rekindle' }] },
  {
    ...core,
    name: 'rekindle with rekindle/sqlite',
    uses: [agentCache, { names: '{ sqliteStore }', from: 'rekindle/sqlite' }],
  },
  { ...core, name: 'rekindle with rekindle/redis', uses: [agentCache, { names: '{ redisStore }', from: 'rekindle/redis' }] },
  whole('lru-cache', '{ LRUCache }'),
  whole('@epic-web/cachified', '{ cachified }'),
  whole('async-cache-dedupe', '{ createCache }'),
  whole('layered-loader', '{ Loader }'),
  {
    name: 'bentocache, memory driver',
    dependenciesOf: 'bentocache',
    uses: [
      { names: '{ BentoCache, bentostore }', from: 'bentocache' },
      { names: '{ memoryDriver }', from: 'bentocache/drivers/memory' },
    ],
  },
  whole('cacheable', '{ Cacheable }'),
  whole('cache-manager', '{ createCache }'),
]

function whole(name: string, names: string): Program {
  return { name, dependenciesOf: name, uses: [{ names, from: name }] }
}

const mostKilobytes = 15

/** What a bundle and an installation have more with a package: the same every time. */
export async function drawBrought(): Promise<Grid> {
  const sizes: { readonly program: Program; readonly size: BundleSize; readonly dependencies: Dependencies }[] = []
  for (const program of programs) {
    sizes.push({ program, size: await bundleSize(program.uses), dependencies: dependenciesOf(program.dependenciesOf) })
  }
  const [own] = sizes
  const first = own!.size.atFirst / 1000
  return {
    title: 'What it brings along',
    table: [
      ['minified, with gzip', 'loaded at first', 'loaded later', 'dependencies', 'with theirs'],
      ...sizes.map(({ program, size, dependencies }) => [
        program.name,
        kilobytes(size.atFirst),
        size.later === 0 ? '–' : kilobytes(size.later),
        String(dependencies.own),
        String(dependencies.all),
      ]),
    ],
    targets: [
      {
        met: first <= mostKilobytes,
        text: `core, minified and with gzip, loaded at first = ${first.toFixed(1)} KB (and ${(own!.size.later / 1000).toFixed(1)} KB later); target ≤ ${mostKilobytes} KB`,
      },
      { met: own!.dependencies.all === 0, text: `core, dependencies = ${own!.dependencies.all}; target 0` },
    ],
    notes: [
      'Bundled by rolldown for a program that does nothing but what the line says; modules of Node left out, everything else in. "Later": files',
      'that are loaded by import() when they are needed; Rekindle has those in the background. 1 KB is 1 000 bytes.',
      'Dependencies: packages that npm installs with it, peers that one may leave out not among them.',
    ],
    figures: sizes.map(({ program: { name }, size, dependencies }) => ({ name, ...size, dependencies })),
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} KB`
}
