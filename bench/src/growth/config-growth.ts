import { Redis } from 'ioredis'
import { redisStore } from 'rekindle/redis'
import type { Grid } from '../benchmark.ts'
import { type ConfigReader, latency } from '../config-reader.ts'
import { rekindleReader } from '../rekindle-reader.ts'
import { createAgent, sampleConfig, type SampleConfig } from '../sample-agent.ts'
import { sampleKeys } from '../sample-keys.ts'
import { curveGrid, Lines } from './curve-grid.ts'

const kilobytes = [1, 4, 16, 64, 256]
const requests = 50
const unmeasured = 2

/** Config hits, by the size of the config: it is read and parsed, or the worker has it parsed already. */
export async function drawConfigGrowth(rounds: number, redisPort: number): Promise<Grid> {
  const client = new Redis({ host: '127.0.0.1', port: redisPort })
  const lines = new Lines()
  const ways: { readonly size: number; readonly reader: ConfigReader }[] = []
  for (const size of kilobytes) for (const reader of await readersOf(client, size)) ways.push({ size, reader })
  const measures = ways.map(({ size, reader }) => ({ size, name: reader.name, round: latency(reader, requests) }))
  for (let round = -unmeasured; round < rounds; round++) {
    for (const { size, name, round: measure } of measures) {
      const value = await measure()
      if (round >= 0) lines.add(name, size, value)
    }
  }
  client.disconnect()
  return curveGrid({
    title: 'Config hit in Redis, by the size of the config: p50',
    of: 'KB of config',
    unit: 'µs',
    lines: lines.all(),
    notes: [
      'With the config parsed, a hit reads a pointer, whatever the size. Otherwise it reads pointer and config one after the other,',
      'parses it, compares its hash and freezes it: once per worker and config, where GET and JSON.parse do theirs with every hit.',
    ],
  })
}

async function readersOf(client: Redis, size: number): Promise<readonly ConfigReader[]> {
  const all = sampleKeys(requests + 1, 1)
  const common = { store: redisStore({ client }), keys: all.slice(0, requests), warmUp: all.slice(requests) }
  const config = configOfSize(size)
  const text = JSON.stringify(config)
  for (let session = 0; session < requests; session++) await client.set(`raw:${size}:${session}`, text)
  return [
    {
      name: 'raw ioredis GET + JSON.parse',
      read: async (session) => createAgent(JSON.parse((await client.get(`raw:${size}:${session}`))!)),
    },
    await rekindleReader({ ...common, name: 'rekindle, config parsed', namespace: `parsed-${size}`, configOf: () => config }),
    await rekindleReader({
      ...common,
      name: 'rekindle, config not parsed',
      namespace: `unparsed-${size}`,
      configOf: (session) => ({ ...config, name: `Agent ${session}` }),
    }),
  ]
}

/** Of about so many KB of JSON: with more tools, or with less of everything. */
function configOfSize(size: number): SampleConfig {
  const parts = Array.from({ length: Math.ceil(size / 4) }, (_, seed) => sampleConfig(seed))
  const config = {
    ...parts[0]!,
    instructions: parts.map(({ instructions }) => instructions).join('\n'),
    tools: parts.flatMap(({ tools }) => tools),
  }
  return size >= 4 ? config : { ...config, instructions: config.instructions.slice(0, 400), tools: config.tools.slice(0, 2) }
}
