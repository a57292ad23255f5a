import { randomUUID } from 'node:crypto'

/** A node of a cluster that takes longer to answer is taken to have fallen silent. */
const nodeTimeoutMs = 700

/** Cuts a node of a cluster off that does not answer, or answers to something else. The others go on. */
export async function checkNode(ping: (token: string) => Promise<unknown>, cutOff: () => void): Promise<void> {
  const token = randomUUID()
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  // After the process was busy, timers run before what has arrived is read: that has its chance first.
  const timer = setTimeout(() => setImmediate(() => resolve(undefined)), nodeTimeoutMs)
  timer.unref()
  const answer = await Promise.race([ping(token).catch(() => undefined), late])
  clearTimeout(timer)
  if (answer !== token) cutOff()
}
