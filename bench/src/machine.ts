import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

const peers = [
  'rekindle',
  'lru-cache',
  'layered-loader',
  'bentocache',
  'cacheable',
  'cache-manager',
  '@epic-web/cachified',
  'async-cache-dedupe',
  'keyv',
  '@keyv/redis',
  'ioredis',
  'redis',
]
/** The library's own, of its development. */
const frameworks = ['ai', '@openai/agents', 'langchain', '@mastra/core', '@modelcontextprotocol/client']

/** On what, and of what, the figures are. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly node: string
  readonly redis: string
  readonly peers: Readonly<Record<string, string>>
}

export function describeMachine(): Machine {
  const processors = cpus()
  const redis = spawnSync('redis-server', ['--version'], { encoding: 'utf8' })
  return {
    processor: processors[0]?.model ?? 'unknown processor',
    cores: processors.length,
    node: process.versions.node,
    redis: /v=(\S+)/.exec(redis.stdout ?? '')?.[1]?.replace(/^/, 'Redis ') ?? 'no Redis',
    peers: Object.fromEntries([
      ...peers.map((peer) => [peer, versionOf(peer, '../node_modules')]),
      ...frameworks.map((framework) => [framework, versionOf(framework, '../../node_modules')]),
    ]),
  }
}

/** From the file: not every package exports its package.json. */
function versionOf(name: string, folder: string): string {
  const path = new URL(`${folder}/${name}/package.json`, import.meta.url)
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}
