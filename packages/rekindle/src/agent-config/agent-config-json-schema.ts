import type { AgentConfig, AgentSettings, LocalMcpServer, RemoteMcpServer } from './agent-config.ts'
import { reasoningLevels } from './reasoning-level.ts'
import type { Shape } from './shape.ts'

/** A shape for every field of a type: forgetting one, or one too many, does not compile. */
type Fields<Type> = { readonly [Name in keyof Required<Type>]: Shape }

const text: Shape = { type: 'string' }
const name: Shape = { type: 'string', pattern: '^.', title: 'a name' }
const number: Shape = { type: 'number' }
const json: Shape = { type: 'object', additionalProperties: true }

const secret: Shape = {
  type: 'object',
  title: '{ "$secret": "NAME" }',
  properties: { $secret: name },
  required: ['$secret'],
  additionalProperties: false,
}
const textsOrSecrets: Shape = { type: 'object', additionalProperties: { anyOf: [text, secret] } }

const settings: Fields<AgentSettings> = {
  temperature: { type: 'number', minimum: 0 },
  topP: { type: 'number', minimum: 0, maximum: 1 },
  topK: { type: 'integer', minimum: 1 },
  maxOutputTokens: { type: 'integer', minimum: 1 },
  presencePenalty: number,
  frequencyPenalty: number,
  stopSequences: { type: 'array', items: text },
  seed: { type: 'integer' },
  maxRetries: { type: 'integer', minimum: 0 },
  toolChoice: {
    anyOf: [
      { enum: ['auto', 'none', 'required'] },
      { type: 'object', title: '{ tool: name }', properties: { tool: name }, required: ['tool'], additionalProperties: false },
    ],
  },
  providerOptions: { type: 'object', additionalProperties: json },
}

const tool: Shape = {
  anyOf: [
    { ...name, title: "a tool's name" },
    {
      type: 'object',
      title: '{ name, options }',
      properties: { name, options: json },
      required: ['name'],
      additionalProperties: false,
    },
  ],
}

const listedTools: Shape = {
  type: 'array',
  description: 'What the server answered to tools/list.',
  items: {
    type: 'object',
    properties: { name, description: text, inputSchema: json },
    required: ['name', 'inputSchema'],
    additionalProperties: true,
  },
}
const localServer: Fields<LocalMcpServer> = {
  type: { enum: ['stdio'] },
  command: { ...name, title: 'a command' },
  args: { type: 'array', items: text },
  env: textsOrSecrets,
  cwd: text,
  tools: listedTools,
}
const remoteServer: Fields<RemoteMcpServer> = {
  type: { enum: ['http', 'sse'] },
  url: { type: 'string', pattern: '^https?://.', title: 'an http or https URL' },
  headers: textsOrSecrets,
  tools: listedTools,
}
const mcpServer: Shape = {
  anyOf: [
    { type: 'object', title: '{ command, … }', properties: localServer, required: ['command'], additionalProperties: false },
    { type: 'object', title: '{ url, … }', properties: remoteServer, required: ['url'], additionalProperties: false },
  ],
}

const config: Fields<AgentConfig> = {
  version: { enum: [1], title: '1, the version of this shape' },
  model: { type: 'string', pattern: '^[^:]+:.', title: "a model, written 'provider:id'" },
  instructions: { type: 'string', description: 'The system prompt.' },
  settings: { type: 'object', properties: settings, additionalProperties: false },
  reasoning: { enum: reasoningLevels },
  maxSteps: { type: 'integer', minimum: 1, description: 'Model calls in one run, at most.' },
  tools: { type: 'array', items: tool },
  mcpServers: { type: 'object', additionalProperties: mcpServer },
  metadata: { ...json, description: 'About the agent; no adapter reads it.' },
  extensions: { ...json, description: "For the application's own code." },
}

/** The shape of an {@link AgentConfig} as JSON Schema (draft 2020-12), for editors, forms and other languages. */
export const agentConfigJsonSchema: Shape & { readonly $schema: string } = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'an agent config',
  type: 'object',
  properties: config,
  required: ['version', 'model'],
  additionalProperties: false,
}
