import { unlessHeard } from './silence.ts'

/** A node of a cluster that takes longer to answer is taken to have fallen silent. */
const silentMs = 700

/** Cuts a node of a cluster off that does not answer, or answers to something else. The others go on. */
export async function checkNode(
  ping: (token: string) => Promise<unknown>,
  cutOff: () => void,
  withinMs: number = silentMs,
): Promise<void> {
  const token = crypto.randomUUID()
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const heard = unlessHeard(withinMs, () => resolve(undefined))
  const answer = await Promise.race([ping(token).catch(() => undefined), late])
  heard()
  if (answer !== token) cutOff()
}
