import { isStepCount, type ToolLoopAgentSettings, type ToolSet } from 'ai'
import type { AgentConfig, AgentSettings } from '../agent-config/agent-config.ts'
import { type ResolveSecret, resolveSecrets } from '../agent-config/secret-reference.ts'
import { UnknownToolError } from '../errors.ts'

type Settings = ToolLoopAgentSettings<never, ToolSet>

/** What the config alone decides. */
type Decided = 'id' | 'model' | 'instructions' | 'tools' | 'toolOrder' | 'reasoning'

/** What no JSON can say about an agent: `telemetry`, `prepareStep`, `toolApproval`, callbacks, … */
export type SharedSettings = Omit<Settings, Decided>

/**
 * What a config says besides its model and tools, in the words of `ai` 7. (6 would silently ignore `reasoning`; it has no
 * `isStepCount` either, so that importing this fails there.)
 */
export async function settingsOf(
  config: AgentConfig,
  resolveSecret: ResolveSecret | undefined,
): Promise<Omit<Settings, 'model' | 'tools'>> {
  const { stopSequences, toolChoice, providerOptions, ...numbers } = config.settings ?? {}
  const { instructions, reasoning = 'default', maxSteps } = config
  const tools = (config.tools ?? []).map((tool) => (typeof tool === 'string' ? tool : tool.name))
  const settings: Omit<Settings, 'model' | 'tools'> = { ...numbers }

  if (instructions !== undefined) settings.instructions = instructions
  if (reasoning !== 'default') settings.reasoning = reasoning
  if (maxSteps !== undefined) settings.stopWhen = isStepCount(maxSteps)
  if (stopSequences !== undefined) settings.stopSequences = [...stopSequences]
  if (toolChoice !== undefined) settings.toolChoice = toolChoiceOf(toolChoice, tools)
  // An object lists names that look like integers first; the model is to see the config's order.
  if (tools.length > 0) settings.toolOrder = tools
  if (providerOptions !== undefined) {
    const resolved = await resolveSecrets(providerOptions, '$.settings.providerOptions', resolveSecret)
    settings.providerOptions = resolved as NonNullable<Settings['providerOptions']>
  }
  return settings
}

function toolChoiceOf(
  choice: NonNullable<AgentSettings['toolChoice']>,
  tools: readonly string[],
): NonNullable<Settings['toolChoice']> {
  if (typeof choice === 'string') return choice
  if (!tools.includes(choice.tool)) throw new UnknownToolError('$.settings.toolChoice.tool', choice.tool, tools)
  return { type: 'tool', toolName: choice.tool }
}
