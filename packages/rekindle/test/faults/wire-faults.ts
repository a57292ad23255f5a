import { ReplySplitter } from '../resp-reply.ts'
import { soundWire, type TcpProxy, type Wire } from '../tcp-proxy.ts'
import type { Fault } from './faults.ts'
import type { ServerPlace } from './server-place.ts'

const delayed = (ms: number) => (): Wire => ({
  ...soundWire(),
  reply: (data, passage) => passage.toClient(data, ms),
})

/** The other end is gone, and nobody has said so. */
const silentWire = (): Wire => ({ request() {}, reply() {} })

const resettingWire = (): Wire => ({ ...soundWire(), request: (_, passage) => passage.reset() })

/** Every so many replies, one is cut in the middle by a reset. */
const cuttingWire = (every: number) => (): Wire => {
  const splitter = new ReplySplitter()
  let replies = 0
  return {
    ...soundWire(),
    reply(data, passage) {
      for (const reply of splitter.split(data)) {
        if (++replies % every !== 0) passage.toClient(reply)
        else {
          passage.toClient(reply.subarray(0, Math.ceil(reply.length / 2)))
          // What has been written goes out first.
          setImmediate(() => passage.reset())
          return
        }
      }
    },
  }
}

/** Instead of replies, something that speaks another protocol. */
const foreignWire = (): Wire => ({
  ...soundWire(),
  reply: (_, passage) => passage.toClient(Buffer.from('HTTP/1.1 400 Bad\r\n\r\n')),
})

/** `wire` for all connections, or for those that are open when the fault comes. */
function wireFault(
  fault: Omit<Fault<ServerPlace>, 'begin' | 'end' | 'onTheWire'>,
  wire: () => Wire,
  how: 'rewire' | 'rewireOpen' = 'rewire',
): Fault<ServerPlace> {
  const impose = async (proxy: TcpProxy) => proxy[how](wire)
  return { ...fault, onTheWire: true, begin: ({ proxy }) => impose(proxy), end: async ({ proxy }) => proxy.rewire(soundWire) }
}

/** What befalls connections. */
export const wireFaults: readonly Fault<ServerPlace>[] = [
  wireFault({ name: '200 ms latency, with a shorter storeTimeoutMs', effect: 'unavailable' }, delayed(200)),
  wireFault({ name: '200 ms latency', effect: 'unsteady', storeTimeoutMs: 'default' }, delayed(200)),
  wireFault({ name: 'connection resets', effect: 'unavailable' }, resettingWire),
  wireFault({ name: 'connection resets in the middle of a reply', effect: 'unsteady' }, cuttingWire(7)),
  wireFault({ name: 'half-open sockets', effect: 'unsteady', healsWithinMs: 2_500 }, silentWire, 'rewireOpen'),
  wireFault({ name: 'half-open sockets, and new ones no better', effect: 'unavailable' }, silentWire),
  wireFault({ name: 'garbage instead of replies', effect: 'unavailable' }, foreignWire),
]
