import type { SchemaIssue, StandardSchema } from '../config/standard-schema.ts'
import { agentConfigJsonSchema } from './agent-config-json-schema.ts'
import type { AgentConfig, AgentDefinition } from './agent-config.ts'
import { checkShape } from './shape.ts'

/**
 * Standard Schema of an {@link AgentConfig}, for `configSchema`. Accepts what `agentConfigJsonSchema` accepts and lists no
 * tool twice; gives the value it was given, unchanged. Every issue has its path, what was expected there and what was found.
 * It sees no model or tool registry: whether a named tool exists shows in `createAgent`.
 */
export const agentConfigSchema: StandardSchema<AgentConfig> = {
  '~standard': {
    version: 1,
    vendor: 'rekindle',
    validate: (value) => {
      const issues = checkShape(agentConfigJsonSchema, value)
      if (issues.length > 0) return { issues }
      const config = value as AgentConfig
      const repeated = repeatedTools(config)
      return repeated.length > 0 ? { issues: repeated } : { value: config }
    },
  },
}

/** Frameworks keep tools by name: of two with one name, one would be lost without a word. */
function repeatedTools(
  { tools = [], subAgents = {}, handoffs = {} }: AgentDefinition,
  path: (string | number)[] = [],
): SchemaIssue[] {
  const names = tools.map((tool) => (typeof tool === 'string' ? tool : tool.name))
  const repeated = names.flatMap((name, index) => {
    const first = names.indexOf(name)
    if (first === index) return []
    const message = `expected each tool once; got '${name}', which is tools[${first}] already`
    return [{ message, path: [...path, 'tools', index] }]
  })
  const others = Object.entries({ subAgents, handoffs }).flatMap(([field, agents]) =>
    Object.entries(agents).flatMap(([name, agent]) => repeatedTools(agent, [...path, field, name])),
  )
  return [...repeated, ...others]
}
