import { type Agents, createAgents } from '../agents.ts'
import { drainMs } from '../drain.ts'

interface Shared {
  readonly agents: Agents
  /** Fires when replies have had the time they may take after SIGTERM. */
  readonly stopping: AbortSignal
}

const kept = globalThis as typeof globalThis & { shared?: Shared }

/** What this process has once. Hot reloading evaluates modules anew, and so does every bundle; what hangs on globalThis stays. */
export function getShared(): Shared {
  kept.shared ??= open()
  return kept.shared
}

function open(): Shared {
  const agents = createAgents()
  const stopping = new AbortController()
  // Next.js stops listening by itself, and ends the process when the last reply has left, however long that takes.
  process.once('SIGTERM', () => void agents.close({ drainMs }).then(() => stopping.abort()))
  return { agents, stopping: stopping.signal }
}
