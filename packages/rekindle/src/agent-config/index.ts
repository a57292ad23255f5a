/** `rekindle/agent-config`: one JSON shape for agents, whatever framework runs them. */

export type {
  AgentConfig,
  AgentDefinition,
  AgentSettings,
  LocalMcpServer,
  McpServerConfig,
  McpToolDefinition,
  RemoteMcpServer,
  SubAgentConfig,
  ToolReference,
} from './agent-config.ts'
export { agentConfigJsonSchema } from './agent-config-json-schema.ts'
export { agentConfigSchema } from './agent-config-schema.ts'
export { endpointsFromEnvironment } from './endpoints-from-environment.ts'
export type { OpenAiEndpoint } from './openai-endpoint.ts'
export { UnknownModelError, UnknownToolError, UnresolvedSecretError, UnsupportedConfigError } from '../errors.ts'
export { type ModelId, parseModelId } from './model-id.ts'
export { type ReasoningLevel, reasoningLevel, reasoningLevels } from './reasoning-level.ts'
export { isSecretReference, type ResolveSecret, resolveSecrets, type SecretReference } from './secret-reference.ts'
export type { JsonObject, JsonValue } from './json-value.ts'
