import { type Model, type ModelProvider, OpenAIChatCompletionsModel } from '@openai/agents'
import type OpenAI from 'openai'
import type { OpenAiEndpoint } from '../agent-config/openai-endpoint.ts'
import { endpointClientOptions } from '../adapters/endpoint-client.ts'
import { Remembered } from '../adapters/remembered.ts'

/** The models of a server that speaks OpenAI's chat completions protocol. */
export class EndpointModels implements ModelProvider {
  readonly #client: OpenAI
  readonly #clients = new Remembered<OpenAI>()

  private constructor(client: OpenAI) {
    this.#client = client
  }

  static async of(endpoint: OpenAiEndpoint): Promise<EndpointModels> {
    return new EndpointModels(await clientOf(endpoint))
  }

  /** The client repeats failed calls, not the model: so there is one for each number of retries. Default: the client's own. */
  async getModel(name: string = '', maxRetries?: number): Promise<Model> {
    return new OpenAIChatCompletionsModel(await this.#clientWith(maxRetries), name)
  }

  async #clientWith(maxRetries: number | undefined): Promise<OpenAI> {
    if (maxRetries === undefined) return this.#client
    return this.#clients.get(String(maxRetries), () => this.#client.withOptions({ maxRetries }))
  }
}

async function clientOf(endpoint: OpenAiEndpoint): Promise<OpenAI> {
  const { default: Client } = await import('openai')
  return new Client(endpointClientOptions(endpoint))
}
