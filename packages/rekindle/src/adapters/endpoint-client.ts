import type { OpenAiEndpoint } from '../agent-config/openai-endpoint.ts'

/** Options of `new OpenAI({ … })` of the package `openai`. */
export interface EndpointClientOptions {
  readonly baseURL: string
  readonly apiKey: string
  readonly adminAPIKey: null
  readonly organization: null
  readonly project: null
  readonly defaultHeaders: { readonly [name: string]: string | null }
}

/**
 * A client that talks to the endpoint and to nobody else. What is left out it would take from the environment (`OPENAI_API_KEY`,
 * `OPENAI_ORG_ID`, `OPENAI_CUSTOM_HEADERS`, …), and a stranger's server would be sent OpenAI's credentials: everything is said.
 */
export function endpointClientOptions({ baseURL, apiKey = '', headers = {} }: OpenAiEndpoint): EndpointClientOptions {
  return {
    baseURL,
    // There must be one; the header it would go into is given below.
    apiKey: apiKey === '' ? 'none' : apiKey,
    adminAPIKey: null,
    organization: null,
    project: null,
    defaultHeaders: {
      ...Object.fromEntries(namesOfCustomHeaders().map((name) => [name, null])),
      authorization: apiKey === '' ? null : `Bearer ${apiKey}`,
      ...lowerCased(headers),
    },
  }
}

/** One `Name: value` in each line. The client sends them to whatever server it has, in the place of its own key even. */
function namesOfCustomHeaders(): string[] {
  const lines = (process.env['OPENAI_CUSTOM_HEADERS'] ?? '').split('\n')
  return lines
    .map((line) =>
      line
        .slice(0, Math.max(line.indexOf(':'), 0))
        .trim()
        .toLowerCase(),
    )
    .filter((name) => name !== '')
}

function lowerCased(headers: NonNullable<OpenAiEndpoint['headers']>): NonNullable<OpenAiEndpoint['headers']> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
