import type { JsonObject } from 'rekindle/agent-config'
import { z } from 'zod'
import { jsonFlaw } from '../editing/json-flaw.ts'

/** PostgreSQL keeps no NUL, and both databases replace half of a surrogate pair: what is read must be what was written. */
export const text = (least: number, most: number) =>
  z
    .string()
    .min(least)
    .max(most)
    .refine((value) => !value.includes('\0') && value.isWellFormed(), 'Text holds neither NUL nor half of a character.')

/** What may be chosen as a name that stands in addresses. */
export const plainName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'Up to 64 letters, digits, - and _; not one of these two first.')

export const modelId = text(1, 200).regex(/^[^:]+:./, 'A model is written provider:model.')

export const jsonObject = (maxLength: number) =>
  z
    .record(z.string(), z.unknown(), { error: 'This must be a JSON object.' })
    .superRefine((object, context) => {
      const flaw = jsonFlaw(object)
      if (flaw !== undefined) context.addIssue({ code: 'custom', path: [...flaw.path], message: flaw.message })
      else if (JSON.stringify(object).length > maxLength) context.addIssue(`As JSON it has ${maxLength} characters at most.`)
    })
    .transform((object) => object as JsonObject)

/** Anything listed twice is an issue where it stands the second time. */
export function eachOnce<Item>(nameOf: (item: Item) => string, message: string) {
  return (items: readonly Item[], context: z.RefinementCtx): void => {
    const names = items.map(nameOf)
    const again = names.findIndex((name, at) => names.indexOf(name) < at)
    if (again >= 0) context.addIssue({ code: 'custom', path: [again], message })
  }
}

/** What every reply says of one besides its content. */
export const standing = { version: z.int(), updatedAt: z.string() }
