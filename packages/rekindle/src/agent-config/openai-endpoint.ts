/** A server that speaks OpenAI's chat completions protocol, whoever runs it. */
export interface OpenAiEndpoint {
  /** What `/chat/completions` is appended to: `'https://api.openai.com/v1'`. */
  readonly baseURL: string
  /** Default: none, for a server that asks for none. */
  readonly apiKey?: string
  readonly headers?: { readonly [name: string]: string }
}
