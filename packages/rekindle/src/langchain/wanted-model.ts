import type { AgentSettings } from '../agent-config/agent-config.ts'
import type { JsonObject } from '../agent-config/json-value.ts'
import type { ReasoningLevel } from '../agent-config/reasoning-level.ts'

/** How a config wants its model called, by the names that most of LangChain's chat models have for it in their constructors. */
export interface ModelSettings {
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly maxTokens?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  readonly stopSequences?: string[]
  readonly seed?: number
  readonly maxRetries?: number
}

/** What a config wants of its model besides its name. */
export interface WantedModel {
  readonly settings: ModelSettings
  /** How much it is to reason. Absent: as much as the model itself sees fit. */
  readonly reasoning?: Exclude<ReasoningLevel, 'default'>
  /** The `providerOptions` of its provider, with secrets in place. */
  readonly options?: JsonObject
}

/** Notices which parts of a wanted model are looked at: the others cannot have reached the model that was made. */
export class Watch {
  readonly wanted: WantedModel
  readonly #unread = new Set<string>()

  constructor({ settings, ...others }: WantedModel, provider: string) {
    const options = `.settings.providerOptions.${provider}`
    this.wanted = Object.assign(
      this.#watch(others, (name) => (name === 'options' ? options : `.${name}`)),
      { settings: this.#watch(settings, (name) => `.settings.${name === 'maxTokens' ? 'maxOutputTokens' : name}`) },
    )
  }

  /** Where in the agent's definition the parts stand that nobody has looked at. */
  get unread(): readonly string[] {
    return [...this.#unread]
  }

  #watch<Values extends object>(values: Values, pathOf: (name: string) => string): Values {
    for (const name of Object.keys(values)) this.#unread.add(pathOf(name))
    return new Proxy(values, {
      get: (target, name, receiver) => {
        if (typeof name === 'string') this.#unread.delete(pathOf(name))
        return Reflect.get(target, name, receiver) as unknown
      },
    })
  }
}

/** What the agent itself does not need to know. */
export function wantedModelOf(settings: AgentSettings, reasoning: ReasoningLevel, options: JsonObject | undefined): WantedModel {
  const { maxOutputTokens, stopSequences, toolChoice: _, providerOptions: _options, ...others } = settings
  return {
    settings: {
      ...others,
      ...(maxOutputTokens !== undefined && { maxTokens: maxOutputTokens }),
      ...(stopSequences !== undefined && { stopSequences: [...stopSequences] }),
    },
    ...(reasoning !== 'default' && { reasoning }),
    ...(options !== undefined && { options }),
  }
}
