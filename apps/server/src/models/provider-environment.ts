/** Environment variables as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** For people who use the offline model. */
export const howToSwitch =
  'For a real model, start the server with OPENAI_API_KEY, ANTHROPIC_API_KEY or GOOGLE_GENERATIVE_AI_API_KEY set, ' +
  'or with OPENAI_BASE_URL and REKINDLE_MODEL for any endpoint that speaks the OpenAI protocol.'

const offlineDefault = 'offline:small'

/** A provider that the environment has set up. */
export type ProviderSetup =
  | {
      readonly name: 'openai' | 'anthropic' | 'google'
      readonly kind: 'native'
      readonly apiKey: string
      readonly defaultId: string
    }
  /** Keeps the name `openai`, so that agents move to a proxy or a local server without being edited. */
  | { readonly name: 'openai'; readonly kind: 'compatible'; readonly apiKey: string | undefined; readonly baseURL: string }

export interface ModelPlan {
  /** In the order in which they are asked for a default model. */
  readonly providers: readonly ProviderSetup[]
  /** `provider:model` of agents that name none. */
  readonly defaultModel: string
  /** No provider is set up: `defaultModel` is the built-in offline model. */
  readonly offline: boolean
}

/** The provider's own choice for agents: quick, cheap, good with tools. */
const defaultIds = { openai: 'gpt-6-luna', anthropic: 'claude-haiku-5-5', google: 'gemini-3.8-flash' } as const

/**
 * Which providers there are and which model is the default. Throws an `Error` naming the variable to correct when the
 * environment contradicts itself. Empty variables count as unset.
 */
export function readEnvironment(environment: Environment): ModelPlan {
  const value = (name: string): string | undefined => environment[name]?.trim() || undefined
  const native = (name: keyof typeof defaultIds, apiKey: string | undefined): ProviderSetup[] =>
    apiKey === undefined ? [] : [{ name, kind: 'native', apiKey, defaultId: defaultIds[name] }]

  const baseURL = value('OPENAI_BASE_URL')
  const openaiKey = value('OPENAI_API_KEY')
  const providers: ProviderSetup[] = [
    // The key belongs to the endpoint that was named: it must not be sent anywhere else.
    ...(baseURL === undefined ? native('openai', openaiKey) : [compatible(baseURL, openaiKey)]),
    ...native('anthropic', value('ANTHROPIC_API_KEY')),
    ...native('google', value('GOOGLE_GENERATIVE_AI_API_KEY')),
  ]
  const defaultModel = chooseDefault(value('REKINDLE_MODEL'), providers)
  return { providers, defaultModel, offline: defaultModel.startsWith('offline:') }
}

function compatible(baseURL: string, apiKey: string | undefined): ProviderSetup {
  if (!/^https?:\/\//.test(baseURL) || !URL.canParse(baseURL)) {
    throw new Error('OPENAI_BASE_URL must be an http or https address, for example http://localhost:11434/v1.')
  }
  return { name: 'openai', kind: 'compatible', apiKey, baseURL }
}

function chooseDefault(wanted: string | undefined, providers: readonly ProviderSetup[]): string {
  const [first] = providers
  if (wanted === undefined) {
    if (!first) return offlineDefault
    if (first.kind === 'native') return `${first.name}:${first.defaultId}`
    throw new Error(
      'OPENAI_BASE_URL is set, but not which model to ask for there. Set REKINDLE_MODEL, for example to llama3.2:3b.',
    )
  }
  const names = [...providers.map((provider) => provider.name), 'offline']
  const colon = wanted.indexOf(':')
  if (names.includes(wanted.slice(0, Math.max(colon, 0))) && colon < wanted.length - 1) return wanted
  // At a compatible endpoint model names are its own, and many hold a colon.
  if (first?.kind === 'compatible') return `${first.name}:${wanted}`
  throw new Error(
    `REKINDLE_MODEL must be provider:model with a provider that is set up (${names.join(', ')}); got ${wanted}. ${howToSwitch}`,
  )
}
