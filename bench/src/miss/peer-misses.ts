import type { ConfigReader } from '../config-reader.ts'
import type { Load, RedisPeer } from '../peers/redis-peer.ts'
import { createAgent } from '../sample-agent.ts'
import type { MissSample } from './miss-sample.ts'

/** What there is to pay for at least. */
export function loadAndCreate({ own }: MissSample): ConfigReader {
  const load = async (session: number) => own(session)
  return { name: 'load + create, no cache', read: async (session) => createAgent(await load(session)) }
}

/** Misses of a peer. `empty` clears the store after a round. */
export async function peerMisses(
  open: (load: Load) => Promise<RedisPeer>,
  prefix: string,
  { keys, own }: MissSample,
  empty: () => Promise<unknown>,
): Promise<ConfigReader> {
  const names = keys.map(({ sessionId }) => `${prefix}:${sessionId}`)
  const sessions = new Map(names.map((name, session) => [name, session]))
  let loads = 0
  const peer = await open(async (name) => {
    loads++
    return own(sessions.get(name)!)
  })
  return {
    name: peer.miss,
    async begin() {
      loads = 0
    },
    async read(session) {
      return createAgent(await peer.getOrLoad(names[session]!))
    },
    async end(reads) {
      const stored = await Promise.all(names.slice(0, reads).map((name) => peer.get(name)))
      await empty()
      if (loads !== reads) throw new Error(`${peer.miss}: ${reads} misses, but ${loads} loads.`)
      if (!stored.every(Boolean)) throw new Error(`${peer.miss}: not everything was stored.`)
    },
  }
}
