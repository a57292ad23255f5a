import { bentocachePeer, cachifiedPeer, dedupePeer, layeredPeer, pipeliningIoredisPeer, rawIoredisPeer } from './ioredis-peers.ts'
import { cacheablePeer, cacheManagerPeer, rawNodeRedisPeer } from './node-redis-peers.ts'
import type { OpenPeer } from './redis-peer.ts'

/** The first is what ratios are to. */
export const redisPeers: readonly OpenPeer[] = [
  rawIoredisPeer,
  pipeliningIoredisPeer,
  rawNodeRedisPeer,
  layeredPeer,
  dedupePeer,
  cachifiedPeer,
  bentocachePeer,
  cacheablePeer,
  cacheManagerPeer,
]
