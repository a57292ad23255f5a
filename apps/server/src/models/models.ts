import { setTimeout as delay } from 'node:timers/promises'
import type { LanguageModelV4 } from '@ai-sdk/provider'
import { createOfflineProvider } from './offline-provider.ts'
import { readEnvironment } from './provider-environment.ts'
import type { Environment, ModelPlan, ProviderSetup } from './provider-environment.ts'

interface ModelProvider {
  languageModel(id: string): LanguageModelV4
}

export interface ServerModels extends Pick<ModelPlan, 'defaultModel' | 'offline'> {
  /** By the name in front of the colon of a model id: what `aiSdkAgents({ models })` takes. `offline` is always there. */
  readonly providers: Readonly<Record<string, ModelProvider>>
}

/**
 * The models this server can use, by environment:
 *
 * - `OPENAI_API_KEY`, `ANTHROPIC_API_KEY`, `GOOGLE_GENERATIVE_AI_API_KEY`: that provider; the first of them gives the default
 * - `OPENAI_BASE_URL`: any OpenAI-compatible endpoint instead of OpenAI's, with `REKINDLE_MODEL` naming the model
 * - `REKINDLE_MODEL`: `provider:model` as the default
 * - `REKINDLE_OFFLINE_PACE_MS`: slows the offline model's streaming down to this time between words
 *
 * Throws when they contradict each other.
 */
export async function modelsFromEnvironment(environment: Environment): Promise<ServerModels> {
  const { providers, defaultModel, offline } = readEnvironment(environment)
  const made = await Promise.all(providers.map(async (setup) => [setup.name, await makeProvider(setup)] as const))
  return {
    providers: Object.fromEntries<ModelProvider>([...made, ['offline', makeOffline(environment.REKINDLE_OFFLINE_PACE_MS)]]),
    defaultModel,
    offline,
  }
}

/** Each package is loaded only when its provider is set up: they take a noticeable part of a worker's start. */
async function makeProvider(setup: ProviderSetup): Promise<ModelProvider> {
  const { name, apiKey } = setup
  if (setup.kind === 'compatible') {
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
    // Without includeUsage a streamed answer would not say how many tokens it took.
    return createOpenAICompatible({ name, baseURL: setup.baseURL, includeUsage: true, ...(apiKey !== undefined && { apiKey }) })
  }
  switch (setup.name) {
    case 'openai':
      return (await import('@ai-sdk/openai')).createOpenAI({ apiKey: setup.apiKey })
    case 'anthropic':
      return (await import('@ai-sdk/anthropic')).createAnthropic({ apiKey: setup.apiKey })
    case 'google':
      return (await import('@ai-sdk/google')).createGoogle({ apiKey: setup.apiKey })
  }
}

function makeOffline(pace: string | undefined): ModelProvider {
  const ms = Number(pace?.trim() || 0)
  if (!(ms >= 0 && ms <= 60_000))
    throw new Error(`REKINDLE_OFFLINE_PACE_MS must be a number of milliseconds up to 60000; got ${pace}.`)
  if (ms === 0) return createOfflineProvider()
  return createOfflineProvider({ pace: (signal) => delay(ms, undefined, signal ? { signal } : {}) })
}
