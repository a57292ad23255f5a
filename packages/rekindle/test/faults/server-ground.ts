import { startRedis } from '../redis-server.ts'
import { startProxy } from '../tcp-proxy.ts'
import type { Ground } from './matrix.ts'
import type { ServerPlace } from './server-place.ts'
import { entryFaults } from './entry-faults.ts'
import { serverFaults } from './server-faults.ts'
import { wireFaults } from './wire-faults.ts'

export const serverGround: Ground<ServerPlace> = {
  name: 'one server',
  async start() {
    const server = await startRedis({ settings: ['--enable-protected-configs', 'local'] })
    const proxy = await startProxy(server.port)
    return {
      server,
      proxy,
      async [Symbol.asyncDispose]() {
        await proxy[Symbol.asyncDispose]()
        await server[Symbol.asyncDispose]()
      },
    }
  },
  connect: (library, { server, proxy }, fault) => library.server(fault.onTheWire ? proxy.port : server.port),
  faults: [...serverFaults, ...wireFaults, ...entryFaults],
}
