import type { Worker } from 'node:cluster'

/** Of the messages between Node's cluster and its workers, those of a connection: it is handed over, and the worker answers. */
interface ClusterMessage {
  readonly cmd?: string
  readonly act?: string
  readonly key?: string
  readonly seq?: number
  readonly ack?: number
}

interface HandedOver {
  readonly handle: { close(): void }
  /** Of the listening socket it came from. */
  readonly key: string | undefined
}

/** Called once a worker has died. With `elsewhere` others are listening. Returns how many connections there were. */
export type ReturnOrphans = (elsewhere: boolean) => number

/**
 * The connections that `worker` has been handed and has not said to have taken.
 *
 * Node's primary accepts a connection, sends it to a worker and keeps its own copy until the worker answers. A worker that is
 * killed goes on being handed connections for some 20 ms, until its death is noticed. Node then forgets that there was an
 * answer to come: nobody has these connections, nobody closes them, and their clients wait for ever. So what the worker would
 * have answered had it merely stopped listening is said for it: that it listens no more, and does not take them. Node then
 * hands them to others.
 *
 * These messages are Node's own (lib/internal/cluster, the same from Node 22 to 24). Should they change, connections are lost
 * as they are without this, and a test fails.
 */
export function watchHandovers({ process: child }: Worker): ReturnOrphans {
  const handedOver = new Map<number, HandedOver>()
  const send = child.send.bind(child) as (...args: unknown[]) => boolean
  child.send = (...args: unknown[]) => {
    const [message, handle] = args as [ClusterMessage, HandedOver['handle'] | undefined]
    if (message.cmd === 'NODE_CLUSTER' && message.act === 'newconn' && message.seq !== undefined && handle) {
      handedOver.set(message.seq, { handle, key: message.key })
    }
    return send(...args)
  }
  child.on('internalMessage', ({ ack }: ClusterMessage) => {
    if (ack !== undefined) handedOver.delete(ack)
  })
  const sayForIt = (message: object): boolean => child.emit('internalMessage', { cmd: 'NODE_CLUSTER', ...message })
  return (elsewhere) => {
    const orphans = [...handedOver]
    for (const [seq, { key, handle }] of orphans) {
      sayForIt({ act: 'close', key })
      if (elsewhere) sayForIt({ ack: seq, accepted: false })
      else handle.close()
    }
    handedOver.clear()
    return orphans.length
  }
}
