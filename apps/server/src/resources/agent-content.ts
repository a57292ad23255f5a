import { reasoningLevels } from 'rekindle/agent-config'
import { z } from 'zod'
import { jsonSchemaOf } from '../openapi/json-schema.ts'
import { eachOnce, jsonObject, modelId, plainName, standing, text } from './fields.ts'

const maxTools = 50
const maxServers = 20

const toolFields = z.strictObject(
  { name: text(1, 100), options: jsonObject(10_000).default({}) },
  { error: ({ code }) => (code === 'invalid_type' ? 'A tool is its name, or { name, options }.' : undefined) },
)

const tool = z
  .preprocess((value) => (typeof value === 'string' ? { name: value } : value), toolFields)
  .meta({ clientsSend: { anyOf: [{ type: 'string' }, jsonSchemaOf(toolFields, 'input')] } })

const fields = {
  name: text(1, 100),
  description: text(0, 1_000),
  instructions: text(1, 100_000),
  /** Whether there is such a model depends on the server. */
  model: modelId.nullable().describe('`provider:model`; null: the default of the server.'),
  settings: jsonObject(20_000).describe('How the model is called, over the settings of the model itself.'),
  maxSteps: z.int().min(1).max(100).describe('Model calls in one turn.'),
  reasoning: z
    .enum(reasoningLevels, { error: `reasoning is null or one of ${reasoningLevels.join(', ')}.` })
    .nullable()
    .describe('For turns that just want reasoning, or say nothing.'),
  tools: z
    .array(tool)
    .max(maxTools)
    .superRefine(eachOnce(({ name }) => name, 'Each tool can be listed once.'))
    .describe('In the order in which the model sees them.'),
  mcpServers: z
    .array(plainName)
    .max(maxServers)
    .superRefine(eachOnce((name) => name, 'Each server can be listed once.'))
    .describe('Names of MCP servers whose tools it has, too.'),
  ownerId: text(1, 200).nullable().describe('The user whose alone it is; null: everybody may use it.'),
}

const defaults = {
  description: fields.description.default(''),
  model: fields.model.default(null),
  settings: fields.settings.default({}),
  maxSteps: fields.maxSteps.default(8),
  reasoning: fields.reasoning.default(null),
  tools: fields.tools.default([]),
  mcpServers: fields.mcpServers.default([]),
}

export const agentContent = z.strictObject({ ...fields, ...defaults })
export type AgentContent = z.output<typeof agentContent>

/** What of an agent is to change; what is left out stays. docs/server.md explains it. */
export const agentChanges = z.strictObject(fields).partial()

export const agentCreation = z.strictObject({
  id: plainName.optional().describe('For admins. Default: a random one.'),
  ...fields,
  ...defaults,
  ownerId: fields.ownerId.optional().describe('For admins. Default: who makes it.'),
  shared: z.boolean().optional().describe('For admins: true is the same as an ownerId of null.'),
})
export type AgentCreation = z.output<typeof agentCreation>

const outer = {
  id: z.string(),
  name: z.string(),
  description: z.string(),
  ownerId: z.string().nullable(),
  mcpServers: z.array(z.string()),
  ...standing,
}

export const agentShown = z.object({
  ...outer,
  instructions: z.string(),
  model: z.string().nullable(),
  settings: z.record(z.string(), z.unknown()),
  maxSteps: z.int(),
  reasoning: z.string().nullable(),
  tools: z.array(z.object({ name: z.string(), options: z.record(z.string(), z.unknown()) })),
})

export const agentsListed = z.object({
  agents: z.array(
    z.object({
      ...outer,
      model: z.string().describe('Of agents that name none, the default.'),
      tools: z.array(z.string()).describe('Those that are enabled; so are the MCP servers.'),
      editable: z.boolean().describe('By who asks.'),
    }),
  ),
})
