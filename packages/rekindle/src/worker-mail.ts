/** What workers tell each other through the store. */
export type WorkerMail =
  /** Say so when you have seen this. */
  | { readonly type: 'report'; readonly from: string; readonly history: string; readonly clock: number }
  | { readonly type: 'seen'; readonly worker: string; readonly history: string; readonly clock: number }
  /** The entry that you wait for has been built, or has not: look again. */
  | { readonly type: 'released'; readonly id: string }

/** A letter has some 200 characters. Longer ones are not ours, and not read. */
const maxLength = 4_096

export function encodeMail(mail: WorkerMail): string {
  return JSON.stringify(mail)
}

/** Anybody who can write to the store can send anything; what is no mail of ours is `undefined`. */
export function decodeMail(text: string): WorkerMail | undefined {
  if (text.length > maxLength) return undefined
  let mail: unknown
  try {
    mail = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof mail !== 'object' || mail === null) return undefined
  const { type, from, worker, id, history, clock } = mail as Record<string, unknown>
  if (type === 'released') return typeof id === 'string' ? { type, id } : undefined
  if (typeof history !== 'string' || typeof clock !== 'number' || !Number.isSafeInteger(clock)) return undefined
  if (type === 'report') return typeof from === 'string' ? { type, from, history, clock } : undefined
  if (type === 'seen') return typeof worker === 'string' ? { type, worker, history, clock } : undefined
  return undefined
}
