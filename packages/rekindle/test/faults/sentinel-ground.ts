import { type RedisSentinel, startSentinel } from '../redis-sentinel.ts'
import type { Ground } from './matrix.ts'

export const sentinelGround: Ground<RedisSentinel> = {
  name: 'Sentinels',
  start: startSentinel,
  connect: (library, { name, ports }) => library.sentinel(name, ports),
  faults: [
    {
      name: 'failover',
      effect: 'unavailable',
      begin: ({ master }) => master.kill(),
      end: (sentinel) => sentinel.failOver(),
    },
  ],
}
