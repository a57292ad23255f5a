import { z } from 'zod'
import type { SessionPlace } from '../database/sessions.ts'
import { idSchema } from '../turns/turn-request.ts'

const place = z.tuple([z.iso.datetime(), idSchema])

/** Reads what {@link cursorTo} has made. */
export const cursorSchema = z
  .string()
  .max(2_000)
  .transform((cursor, context): SessionPlace => {
    const result = place.safeParse(parse(Buffer.from(cursor, 'base64url').toString()))
    if (result.success) return { updatedAt: result.data[0], id: result.data[1] }
    context.addIssue({ code: 'custom', message: 'This is no place in a list of sessions.' })
    return z.NEVER
  })

/** A place in a list, for a client to come back to. */
export function cursorTo({ updatedAt, id }: SessionPlace): string {
  return Buffer.from(JSON.stringify([updatedAt, id])).toString('base64url')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
