import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { withClient } from '../redis-server.ts'
import type { Effect, Fault } from './faults.ts'
import type { ServerPlace } from './server-place.ts'

type Damage = (client: Redis, key: string) => Promise<unknown>

/** Instead of the text under a key. */
const replace =
  (by: (text: string) => string | Buffer): Damage =>
  async (client, key) => {
    const type = await client.type(key)
    const text = type === 'string' ? await client.get(key) : ''
    // To those that are no texts, any text is damage.
    await client.set(key, by(text ?? ''))
  }

const damages: Readonly<Record<string, Damage>> = {
  'wrong type': (client, key) => client.multi().del(key).xadd(key, '*', 'field', 'value').exec(),
  garbage: replace(() => randomBytes(100)),
  truncated: replace((text) => text.slice(0, text.length / 2)),
  'valid JSON of another shape': replace((text) => JSON.stringify([{ text: text.length }])),
}

/** Done to some of what the store holds, once. */
function damaged(name: string, effect: Effect, damage: Damage, keysOf: (namespace: string) => string): Fault<ServerPlace> {
  const begin = ({ server }: ServerPlace, namespace: string) =>
    withClient(server, async (client) => {
      const keys = await client.keys(keysOf(namespace))
      if (keys.length === 0) throw new Error('nothing to damage')
      for (const key of keys) await damage(client, key)
    })
  return { name, effect, begin, end: async () => {} }
}

/** What befalls the data. */
export const entryFaults: readonly Fault<ServerPlace>[] = [
  ...Object.entries(damages).flatMap(([name, damage]) => [
    damaged(`${name}: pointers`, 'damaged', damage, (namespace) => `rekindle:${namespace}:p:*`),
    damaged(`${name}: configs`, 'damaged', damage, (namespace) => `rekindle:${namespace}:b:*`),
    damaged(`${name}: the clock`, 'lost', damage, (namespace) => `rekindle:{${namespace}}:clock`),
    damaged(
      `${name}: what was invalidated, and by whom it is known`,
      'forgotten',
      damage,
      (namespace) => `rekindle:{${namespace}}:[twr]*`,
    ),
  ]),
  {
    name: 'wrong type: claims',
    effect: 'damaged',
    begin: ({ server }, namespace) =>
      withClient(server, async (client) => {
        // They are there only while something is built: this one is never given up.
        for (const key of await client.keys(`rekindle:${namespace}:p:*`)) {
          await client.rename(key, key.replace(':p:', ':c:'))
        }
      }),
    end: async () => {},
  },
  {
    name: 'FLUSHALL',
    effect: 'lost',
    async begin({ server }) {
      await server.call('FLUSHALL')
    },
    end: async () => {},
  },
]
