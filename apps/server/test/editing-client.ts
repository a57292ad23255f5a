import { chat, json, send, someone } from './http-client.ts'
import type { Reply } from './http-client.ts'
import { until } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'

export interface EditReply extends Reply {
  readonly json: Reply['json'] & {
    readonly agent: { readonly version: number }
    readonly confirmed: boolean
    readonly unconfirmed?: readonly string[]
  }
}

/** Edits the assistant. */
export async function edit(server: { readonly url: string }, changes: object): Promise<EditReply> {
  const request = { method: 'PUT', headers: json, body: JSON.stringify(changes) }
  return (await send(`${server.url}/api/agents/assistant`, request)) as EditReply
}

export interface Warm {
  readonly user: string
  readonly fingerprint: string
  readonly workers: ReadonlySet<number>
}

/** Talks to an agent until all workers serve it from memory, all the same. */
export async function warm(server: ServerProcess, workers: number, user = someone(), agentId = 'assistant'): Promise<Warm> {
  const { served } = await chat(server, { agentId, user })
  const fingerprint = served.fingerprint!
  const inMemory = new Set<number>()
  await until(async () => {
    const { served: again } = await chat(server, { agentId, user })
    if (again.fingerprint !== fingerprint) throw new Error('Workers serve different agents.')
    if (again.source === 'memory') inMemory.add(again.worker)
    return inMemory.size === workers
  }, server)
  return { user, fingerprint, workers: inMemory }
}
