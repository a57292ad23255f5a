import { reasoningLevels } from 'rekindle/agent-config'
import type { JsonObject } from 'rekindle/agent-config'
import { z } from 'zod'
import { jsonFlaw } from './json-flaw.ts'

const maxTools = 50

/** PostgreSQL keeps no NUL, and both databases replace half of a surrogate pair: what is read must be what was written. */
const text = (least: number, most: number) =>
  z
    .string()
    .min(least)
    .max(most)
    .refine((value) => !value.includes('\0') && value.isWellFormed(), 'Text holds neither NUL nor half of a character.')

const jsonObject = (maxLength: number) =>
  z
    .record(z.string(), z.unknown(), { error: 'This must be a JSON object.' })
    .superRefine((object, context) => {
      const flaw = jsonFlaw(object)
      if (flaw !== undefined) context.addIssue({ code: 'custom', path: [...flaw.path], message: flaw.message })
      else if (JSON.stringify(object).length > maxLength) context.addIssue(`As JSON it has ${maxLength} characters at most.`)
    })
    .transform((object) => object as JsonObject)

const tool = z.preprocess(
  (value) => (typeof value === 'string' ? { name: value } : value),
  z.strictObject(
    { name: text(1, 100), options: jsonObject(10_000).default({}) },
    { error: ({ code }) => (code === 'invalid_type' ? 'A tool is its name, or { name, options }.' : undefined) },
  ),
)

const toolList = z
  .array(tool)
  .max(maxTools)
  .superRefine((tools, context) => {
    const names = tools.map(({ name }) => name)
    const again = names.findIndex((name, at) => names.indexOf(name) < at)
    if (again >= 0) context.addIssue({ code: 'custom', path: [again], message: 'Each tool can be listed once.' })
  })

/** What of an agent is to change; what is left out stays. docs/server.md explains it. */
export const agentEdit = z
  .strictObject({
    name: text(1, 100).optional(),
    description: text(0, 1_000).optional(),
    instructions: text(1, 100_000).optional(),
    /** Whether there is such a model depends on the server. */
    model: text(1, 200)
      .regex(/^[^:]+:./, 'A model is written provider:model.')
      .nullable()
      .optional(),
    settings: jsonObject(20_000).optional(),
    maxSteps: z.int().min(1).max(100).optional(),
    reasoning: z
      .enum(reasoningLevels, { error: `reasoning is null or one of ${reasoningLevels.join(', ')}.` })
      .nullable()
      .optional(),
    tools: toolList.optional(),
    /** The version that the editor has seen, and wants to change no other. */
    version: z.int().min(1).optional(),
  })
  .refine((edit) => Object.keys(edit).some((field) => field !== 'version'), 'It changes nothing.')

export type AgentEdit = z.output<typeof agentEdit>
