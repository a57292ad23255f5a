import type {
  AgentConfig,
  AgentDefinition,
  AgentSettings,
  LocalMcpServer,
  RemoteMcpServer,
  SubAgentConfig,
} from './agent-config.ts'
import { reasoningLevels } from './reasoning-level.ts'
import type { RootShape, Shape } from './shape.ts'

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
const serverInfo: Shape = {
  type: 'object',
  properties: { name: text, version: text },
  required: ['name', 'version'],
  additionalProperties: false,
}

const localServer: Fields<LocalMcpServer> = {
  type: { enum: ['stdio'] },
  command: { ...name, title: 'a command' },
  args: { type: 'array', items: text },
  env: textsOrSecrets,
  cwd: text,
  tools: listedTools,
  toolsFingerprint: text,
  serverInfo,
}
const remoteServer: Fields<RemoteMcpServer> = {
  type: { enum: ['http', 'sse'] },
  url: { type: 'string', pattern: '^https?://.', title: 'an http or https URL' },
  headers: textsOrSecrets,
  tools: listedTools,
  toolsFingerprint: text,
  serverInfo,
}
const mcpServer: Shape = {
  anyOf: [
    { type: 'object', title: '{ command, … }', properties: localServer, required: ['command'], additionalProperties: false },
    { type: 'object', title: '{ url, … }', properties: remoteServer, required: ['url'], additionalProperties: false },
  ],
}

const subAgents: Shape = { type: 'object', additionalProperties: { $ref: '#/$defs/subAgent' } }

const definition: Fields<AgentDefinition> = {
  instructions: { type: 'string', description: 'The system prompt.' },
  settings: { type: 'object', properties: settings, additionalProperties: false },
  reasoning: { enum: reasoningLevels },
  maxSteps: { type: 'integer', minimum: 1, description: 'Model calls in one run, at most.' },
  outputSchema: { ...json, description: 'JSON Schema of the answer.' },
  tools: { type: 'array', items: tool },
  mcpServers: { type: 'object', additionalProperties: mcpServer },
  subAgents: { ...subAgents, description: 'Agents this one may ask.' },
  handoffs: { ...subAgents, description: 'Agents this one may leave the conversation to.' },
}

const model: Shape = { type: 'string', pattern: '^[^:]+:.', title: "a model, written 'provider:id'" }

const subAgent: Fields<SubAgentConfig> = {
  description: { type: 'string', description: 'What the agent is good for, for the model that may turn to it.' },
  model,
  ...definition,
}

const config: Fields<AgentConfig> = {
  version: { enum: [1], title: '1, the version of this shape' },
  model,
  ...definition,
  metadata: { ...json, description: 'About the agent; no adapter reads it.' },
  extensions: { ...json, description: "For the application's own code." },
}

/** The shape of an {@link AgentConfig} as JSON Schema (draft 2020-12), for editors, forms and other languages. */
export const agentConfigJsonSchema: RootShape = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'an agent config',
  type: 'object',
  properties: config,
  required: ['version', 'model'],
  additionalProperties: false,
  $defs: {
    subAgent: {
      type: 'object',
      title: 'an agent with a description',
      properties: subAgent,
      required: ['description'],
      additionalProperties: false,
    },
  },
}
