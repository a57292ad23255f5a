/** `rekindle/agent-config`: one JSON shape for agents, whatever framework runs them. */

export type {
  AgentConfig,
  AgentSettings,
  LocalMcpServer,
  McpServerConfig,
  McpToolDefinition,
  RemoteMcpServer,
  ToolReference,
} from './agent-config.ts'
export { agentConfigJsonSchema } from './agent-config-json-schema.ts'
export { agentConfigSchema } from './agent-config-schema.ts'
export { type ModelId, parseModelId } from './model-id.ts'
export { type ReasoningLevel, reasoningLevel, reasoningLevels } from './reasoning-level.ts'
export { isSecretReference, type ResolveSecret, resolveSecrets, type SecretReference } from './secret-reference.ts'
export type { JsonObject, JsonValue } from './json-value.ts'
