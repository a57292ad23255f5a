import { type AgentKey, type KeyField, projectKey } from '../agent-key.ts'
import type { AgentCacheOptions, CreateContext, LoadContext } from '../options.ts'

/** What an application says of its agents, in either of the forms that `createAgentCache` takes. */
export interface Recipe<Config, Agent> {
  /** Configs are not loaded apart from agents, so agents cannot share the loading. */
  readonly opaque: boolean
  /** The expensive part. In the opaque form the agent comes with its config. */
  load(key: AgentKey, context: LoadContext): Promise<Loaded<Config, Agent>>
  /** From a config to an agent; absent if only a full build can make one. */
  create?(config: Config, key: AgentKey, context: CreateContext): Agent | Promise<Agent>
  dispose(agent: Agent, key: AgentKey): void | Promise<void>
  /** How many bytes an agent holds; absent if it does not say. */
  readonly weigh?: (agent: Agent, key: AgentKey) => number
}

export type Loaded<Config, Agent> =
  | { readonly config: Config; readonly made?: undefined }
  /** Boxed, since `undefined` may be an agent. `config` throws if the application cannot tell it. */
  | { readonly config: () => Config; readonly made: { readonly agent: Agent } }

export function recipeFrom<Config, Agent, ConfigFields extends KeyField, LiveFields extends KeyField>(
  options: AgentCacheOptions<Config, Agent, ConfigFields, LiveFields>,
  configScope: readonly KeyField[],
  liveScope: readonly KeyField[],
): Recipe<Config, Agent> {
  const forConfig = (key: AgentKey) => projectKey(key, configScope as readonly ConfigFields[])
  const forLive = (key: AgentKey) => projectKey(key, liveScope as readonly LiveFields[])
  const dispose = (agent: Agent, key: AgentKey) =>
    options.disposeAgent === undefined ? disposeItself(agent) : options.disposeAgent(agent, forLive(key))

  const others = {
    dispose,
    ...(options.weighAgent !== undefined && {
      weigh: (agent: Agent, key: AgentKey) => options.weighAgent!(agent, forLive(key)),
    }),
  }
  if (options.loadConfig !== undefined) {
    return {
      opaque: false,
      load: async (key, context) => ({ config: await options.loadConfig(forConfig(key), context) }),
      create: (config, key, context) => options.createAgent(config, forLive(key), context),
      ...others,
    }
  }
  return {
    opaque: true,
    load: async (key, context) => {
      const agent = await options.buildAgent(forLive(key), context)
      return { config: () => options.toConfig(agent, forLive(key)), made: { agent } }
    },
    ...(options.rebuildAgent !== undefined && {
      create: (config: Config, key: AgentKey, context: CreateContext) => options.rebuildAgent!(config, forLive(key), context),
    }),
    ...others,
  }
}

function disposeItself(agent: unknown): void | Promise<void> {
  if ((typeof agent !== 'object' && typeof agent !== 'function') || agent === null) return
  const { [Symbol.asyncDispose]: disposeAsync, [Symbol.dispose]: dispose } = agent as Partial<AsyncDisposable & Disposable>
  if (typeof disposeAsync === 'function') return Promise.resolve(disposeAsync.call(agent))
  if (typeof dispose === 'function') dispose.call(agent)
}
