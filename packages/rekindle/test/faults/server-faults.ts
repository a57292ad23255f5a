import { withClient } from '../redis-server.ts'
import type { Fault } from './faults.ts'
import { until } from './timing.ts'
import type { ServerPlace } from './server-place.ts'

/** What a slow load has to go through: so many keys, each of which is large enough for clients to be answered after it. */
const fillers = 500
const fill = `for n = 1, ARGV[1] do redis.call('SET', 'filler:' .. n, string.rep('x', 2000)) end`
const slowLoad = ['--dbfilename', 'filled.rdb', '--loading-process-events-interval-bytes', '1024', '--key-load-delay', '20000']
const password = 'secret'

/** What befalls the server itself. */
export const serverFaults: readonly Fault<ServerPlace>[] = [
  {
    name: 'refused at boot',
    effect: 'unavailable',
    atBoot: true,
    begin: ({ server }) => server.kill(),
    end: ({ server }) => server.restart(),
  },
  {
    name: 'killed',
    effect: 'unavailable',
    storeTimeoutMs: 'default',
    begin: ({ server }) => server.kill(),
    end: ({ server }) => server.restart(),
  },
  {
    name: 'SIGSTOP',
    effect: 'unavailable',
    storeTimeoutMs: 'default',
    async begin({ server }) {
      process.kill(server.pid, 'SIGSTOP')
    },
    async end({ server }) {
      process.kill(server.pid, 'SIGCONT')
    },
  },
  {
    name: 'READONLY replica',
    effect: 'unwritable',
    async begin({ server }) {
      await server.call('REPLICAOF', '127.0.0.1', 1)
    },
    async end({ server }) {
      await server.call('REPLICAOF', 'NO', 'ONE')
    },
  },
  {
    name: 'OOM with noeviction',
    effect: 'unwritable',
    async begin({ server }) {
      await server.call('CONFIG', 'SET', 'maxmemory', 1)
    },
    async end({ server }) {
      await server.call('CONFIG', 'SET', 'maxmemory', 0)
    },
  },
  {
    name: 'LOADING',
    effect: 'unavailable',
    async begin({ server }) {
      await server.call('CONFIG', 'SET', 'rdbcompression', 'no', 'dbfilename', 'filled.rdb')
      await server.call('EVAL', fill, 0, fillers)
      await server.call('SAVE')
      await server.restart(slowLoad, 'Server initialized')
    },
    async end({ server }) {
      await server.call('CONFIG', 'SET', 'key-load-delay', 0)
      const isLoaded = async () => String(await server.call('INFO', 'persistence')).includes('loading:0')
      await until(10_000, 'the server has loaded', isLoaded)
    },
  },
  {
    name: 'NOAUTH',
    effect: 'unavailable',
    begin: ({ server }) =>
      withClient(server, async (client) => {
        await client.config('SET', 'requirepass', password)
        // Who was in already is asked for the password only when it comes again.
        for (const type of ['normal', 'pubsub']) await client.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes')
      }),
    async end({ server }) {
      await withClient({ port: server.port, password }, (client) => client.config('SET', 'requirepass', ''))
    },
  },
]
