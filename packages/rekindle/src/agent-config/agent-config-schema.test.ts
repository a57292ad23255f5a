import { describe, expect, it } from 'vitest'
import type { SchemaResult } from '../config/standard-schema.ts'
import type { AgentConfig } from './agent-config.ts'
import { agentConfigJsonSchema } from './agent-config-json-schema.ts'
import { agentConfigSchema } from './agent-config-schema.ts'

const minimal: AgentConfig = { version: 1, model: 'openai:gpt-5' }

const complete: Required<AgentConfig> = {
  version: 1,
  model: 'bedrock:anthropic.claude-v2:1',
  instructions: 'Answer briefly.',
  settings: {
    temperature: 0.2,
    topP: 1,
    topK: 40,
    maxOutputTokens: 1000,
    presencePenalty: -1,
    frequencyPenalty: 0.5,
    stopSequences: ['END'],
    seed: -7,
    maxRetries: 0,
    toolChoice: { tool: 'search' },
    providerOptions: { openai: { store: false } },
  },
  reasoning: 'xhigh',
  maxSteps: 8,
  outputSchema: { title: 'ticket', type: 'object', properties: { urgent: { type: 'boolean' } } },
  tools: ['clock', { name: 'search', options: { index: 'docs', token: { $secret: 'SEARCH' } } }],
  mcpServers: {
    files: { command: 'npx', args: ['-y', 'files'], env: { ROOT: '/srv', KEY: { $secret: 'FILES_KEY' } }, cwd: '/' },
    crm: {
      type: 'http',
      url: 'https://crm.example/mcp',
      headers: { authorization: { $secret: 'CRM' } },
      tools: [{ name: 'find', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }],
      serverInfo: { name: 'crm', version: '2.1' },
    },
  },
  subAgents: {
    researcher: {
      description: 'Finds things out.',
      model: 'openai:gpt-5-mini',
      subAgents: { clerk: { description: 'Counts.' } },
    },
  },
  handoffs: { billing: { description: 'Knows invoices.', tools: ['invoices'], reasoning: 'low' } },
  metadata: { title: 'Support', owner: { team: 'crm' } },
  extensions: { memory: { kind: 'none' } },
}

function issuesOf(value: unknown): string[] {
  const result = agentConfigSchema['~standard'].validate(value) as SchemaResult<AgentConfig>
  return (result.issues ?? []).map(({ path = [], message }) => `${path.join('.')}: ${message}`)
}

describe('agentConfigSchema', () => {
  it('accepts a config with every field, and one with the required fields only', () => {
    expect(issuesOf(complete)).toEqual([])
    expect(issuesOf(minimal)).toEqual([])
  })

  it('gives back the very value it was given, so that a frozen config stays frozen and shared', () => {
    const frozen = Object.freeze({ ...minimal })
    expect(agentConfigSchema['~standard'].validate(frozen)).toEqual({ value: frozen })
    expect((agentConfigSchema['~standard'].validate(frozen) as { value: unknown }).value).toBe(frozen)
  })

  it('counts a property that is undefined as absent, as JSON does', () => {
    expect(issuesOf({ ...minimal, instructions: undefined, unheardOf: undefined })).toEqual([])
    expect(issuesOf({ version: 1, model: undefined })).toEqual(["model: expected a model, written 'provider:id'; got nothing"])
  })

  it.each<[string, unknown, string]>([
    ['no object', 'openai:gpt-5', ': expected an agent config; got a string'],
    ['null', null, ': expected an agent config; got null'],
    ['an array', [], ': expected an agent config; got an array'],
    ['no version', { model: 'a:b' }, 'version: expected 1, the version of this shape; got nothing'],
    ['a later version', { ...minimal, version: 2 }, 'version: expected 1, the version of this shape; got 2'],
    ['a model without provider', { ...minimal, model: 'gpt-5' }, "model: expected a model, written 'provider:id'; got 'gpt-5'"],
    ['an unknown field', { ...minimal, title: 'x' }, 'title: unknown field; put application data under metadata or extensions'],
    [
      'a number that is none',
      { ...minimal, settings: { temperature: 'hot' } },
      'settings.temperature: expected a number of at least 0; got a string',
    ],
    ['NaN', { ...minimal, settings: { seed: NaN } }, 'settings.seed: expected an integer; got NaN'],
    ['a number out of range', { ...minimal, settings: { topP: 1.5 } }, 'settings.topP: expected a number from 0 to 1; got 1.5'],
    ['half a step', { ...minimal, maxSteps: 2.5 }, 'maxSteps: expected an integer of at least 1; got 2.5'],
    [
      'a text that is none',
      { ...minimal, settings: { stopSequences: ['a', 1] } },
      'settings.stopSequences.1: expected a string; got a number',
    ],
    [
      'a boolean level',
      { ...minimal, reasoning: true },
      "reasoning: expected one of 'default', 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'; got true",
    ],
    ['tools that are no list', { ...minimal, tools: { clock: {} } }, 'tools: expected an array; got an object'],
    ['a tool without name', { ...minimal, tools: [{ options: {} }] }, 'tools.0.name: expected a name; got nothing'],
    [
      'a tool that is no reference',
      { ...minimal, tools: [7] },
      "tools.0: expected a tool's name or { name, options }; got a number",
    ],
    [
      'a tool twice',
      { ...minimal, tools: ['a', 'b', { name: 'a' }] },
      "tools.2: expected each tool once; got 'a', which is tools[0] already",
    ],
    [
      'a choice of no kind',
      { ...minimal, settings: { toolChoice: 'any' } },
      "settings.toolChoice: expected one of 'auto', 'none', 'required' or { tool: name }; got a string",
    ],
    [
      'a server of no kind',
      { ...minimal, mcpServers: { x: {} } },
      'mcpServers.x: expected { command, … } or { url, … }; got an object',
    ],
    [
      'a server of both kinds',
      { ...minimal, mcpServers: { x: { command: 'a', url: 'http://b' } } },
      'mcpServers.x.url: unknown field; known are type, command, args, env, cwd, tools, toolsFingerprint, serverInfo',
    ],
    [
      'a server that is no URL',
      { ...minimal, mcpServers: { x: { url: 'ftp://b' } } },
      "mcpServers.x.url: expected an http or https URL; got 'ftp://b'",
    ],
    [
      'a tool list of no shape',
      { ...minimal, mcpServers: { x: { url: 'http://b', tools: [{ name: 'a' }] } } },
      'mcpServers.x.tools.0.inputSchema: expected an object; got nothing',
    ],
    [
      'a sub-agent without description',
      { ...minimal, subAgents: { clerk: { instructions: 'Count.' } } },
      'subAgents.clerk.description: expected a string; got nothing',
    ],
    [
      'what is wrong in an agent of an agent',
      { ...minimal, subAgents: { a: { description: '', handoffs: { b: { description: '', maxSteps: 0 } } } } },
      'subAgents.a.handoffs.b.maxSteps: expected an integer of at least 1; got 0',
    ],
    [
      'a tool twice in a hand-off',
      { ...minimal, handoffs: { b: { description: '', tools: ['x', 'x'] } } },
      "handoffs.b.tools.1: expected each tool once; got 'x', which is tools[0] already",
    ],
    ['an output schema that is none', { ...minimal, outputSchema: true }, 'outputSchema: expected an object; got a boolean'],
    ['metadata that is no object', { ...minimal, metadata: [] }, 'metadata: expected an object; got an array'],
  ])('refuses %s, naming the path, what was expected and what was got', (_, value, issue) => {
    expect(issuesOf(value)).toEqual([issue])
  })

  it('names a misspelt setting instead of ignoring it', () => {
    expect(issuesOf({ ...minimal, settings: { temprature: 1 } })).toEqual([
      expect.stringMatching(/^settings\.temprature: unknown field; known are temperature, topP/),
    ])
  })

  it('lists everything that is wrong, not only the first', () => {
    expect(issuesOf({ version: 3, model: '', maxSteps: 0 })).toHaveLength(3)
  })

  it('takes names of the prototype for unknown fields', () => {
    const config: unknown = JSON.parse('{"version":1,"model":"a:b","__proto__":{"x":1},"toString":"y"}')
    expect(issuesOf(config).map((issue) => issue.split(':')[0])).toEqual(['__proto__', 'toString'])
  })

  it('never repeats a value that stands where a secret may stand', () => {
    const env = { TOKEN: { $secret: 'NAME', value: 'hunter2' }, OTHER: ['hunter2'] }
    const issues = issuesOf({ ...minimal, mcpServers: { x: { command: 'a', env } } })
    expect(issues).toHaveLength(2)
    expect(issues.join()).not.toContain('hunter2')
  })
})

describe('agentConfigJsonSchema', () => {
  it('is plain JSON that describes every field', () => {
    expect(JSON.parse(JSON.stringify(agentConfigJsonSchema))).toEqual(agentConfigJsonSchema)
    expect(Object.keys((agentConfigJsonSchema as unknown as { properties: object }).properties)).toEqual(Object.keys(complete))
  })
})
