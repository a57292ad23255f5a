import { InvalidOptionsError, shown } from '../errors.ts'
import type { OpenAiEndpoint } from './openai-endpoint.ts'

interface KnownProvider {
  /** Of its OpenAI-compatible protocol; none for servers that people run themselves. */
  readonly baseURL?: string
  /** What its own documentation calls the variable of its key. */
  readonly apiKey: string
}

/** Providers that speak OpenAI's protocol themselves. What others need, their own packages know. */
const known: { readonly [provider: string]: KnownProvider } = {
  openai: { baseURL: 'https://api.openai.com/v1', apiKey: 'OPENAI_API_KEY' },
  cerebras: { baseURL: 'https://api.cerebras.ai/v1', apiKey: 'CEREBRAS_API_KEY' },
  deepseek: { baseURL: 'https://api.deepseek.com/v1', apiKey: 'DEEPSEEK_API_KEY' },
  fireworks: { baseURL: 'https://api.fireworks.ai/inference/v1', apiKey: 'FIREWORKS_API_KEY' },
  google: { baseURL: 'https://generativelanguage.googleapis.com/v1beta/openai', apiKey: 'GEMINI_API_KEY' },
  groq: { baseURL: 'https://api.groq.com/openai/v1', apiKey: 'GROQ_API_KEY' },
  mistral: { baseURL: 'https://api.mistral.ai/v1', apiKey: 'MISTRAL_API_KEY' },
  openrouter: { baseURL: 'https://openrouter.ai/api/v1', apiKey: 'OPENROUTER_API_KEY' },
  together: { baseURL: 'https://api.together.xyz/v1', apiKey: 'TOGETHER_API_KEY' },
  xai: { baseURL: 'https://api.x.ai/v1', apiKey: 'XAI_API_KEY' },
  ollama: { apiKey: 'OLLAMA_API_KEY' },
  vllm: { apiKey: 'VLLM_API_KEY' },
  lmstudio: { apiKey: 'LMSTUDIO_API_KEY' },
}

/**
 * The providers that the environment has a key or an address for, to give to any adapter:
 *
 *     aiSdkAgents({ models: { ...endpointsFromEnvironment(), anthropic: createAnthropic() } })
 *
 * `OPENAI_API_KEY` makes `openai`, `GROQ_API_KEY` makes `groq`, and so on for `cerebras`, `deepseek`, `fireworks`, `google`
 * (`GEMINI_API_KEY`), `mistral`, `openrouter`, `together`, `xai`. `OPENAI_BASE_URL`, and likewise for the others, says where
 * the provider is instead; for `ollama`, `vllm` and `lmstudio`, which people run themselves, it is what makes them. Throws
 * {@link InvalidOptionsError} for an address that is no URL; keys never show in a message.
 */
export function endpointsFromEnvironment(env: { readonly [name: string]: string | undefined } = process.env): {
  readonly [provider: string]: OpenAiEndpoint
} {
  const endpoints: [name: string, endpoint: OpenAiEndpoint][] = []
  for (const [name, provider] of Object.entries(known)) {
    const variable = `${name.toUpperCase()}_BASE_URL`
    const baseURL = env[variable] || (env[provider.apiKey] ? provider.baseURL : undefined)
    if (baseURL === undefined) continue
    if (!/^https?:\/\//u.test(baseURL) || !URL.canParse(baseURL)) {
      throw new InvalidOptionsError('env', `${variable} must be an http or https URL; got ${shown(baseURL)}.`)
    }
    const apiKey = env[provider.apiKey]
    endpoints.push([name, { baseURL, ...(apiKey && { apiKey }) }])
  }
  return Object.fromEntries(endpoints)
}
