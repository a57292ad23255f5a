/** What workers tell each other through the store. */
export type WorkerMail =
  /** Say so when you have seen this. */
  | { readonly type: 'report'; readonly from: string; readonly history: string; readonly clock: number }
  | { readonly type: 'seen'; readonly worker: string; readonly history: string; readonly clock: number }
  /** The entry that you wait for has been built, or has not: look again. */
  | { readonly type: 'released'; readonly id: string }
  /** Answer this, in a letter of no more than `room` characters. */
  | { readonly type: 'ask'; readonly from: string; readonly id: string; readonly room: number; readonly question: unknown }
  /** To the question `id`. */
  | { readonly type: 'answer'; readonly from: string; readonly id: string; readonly answer: unknown }

/** Of an answer, or of a question about the longest of keys. (Most letters have some 200 characters.) */
export const maxMailLength = 131_072

/** Longer ones are not ours, and not read. */
const maxNameLength = 512

export function encodeMail(mail: WorkerMail): string {
  return JSON.stringify(mail)
}

/** Anybody who can write to the store can send anything; what is no mail of ours is `undefined`. */
export function decodeMail(text: string): WorkerMail | undefined {
  if (text.length > maxMailLength) return undefined
  let mail: unknown
  try {
    mail = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof mail !== 'object' || mail === null) return undefined
  const { type, from, worker, id, history, clock, room, question, answer } = mail as Record<string, unknown>
  if (type === 'released') return typeof id === 'string' ? { type, id } : undefined
  if (type === 'ask' || type === 'answer') {
    if (!isName(from) || !isName(id)) return undefined
    if (type === 'answer') return { type, from, id, answer }
    return typeof room === 'number' ? { type, from, id, room, question } : undefined
  }
  if (typeof history !== 'string' || typeof clock !== 'number' || !Number.isSafeInteger(clock)) return undefined
  if (type === 'report') return typeof from === 'string' ? { type, from, history, clock } : undefined
  if (type === 'seen') return typeof worker === 'string' ? { type, worker, history, clock } : undefined
  return undefined
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxNameLength
}
