import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel'
import type { AgentKey } from './agent-key.ts'
import type { CacheIdentity } from './events.ts'
import type { ConfigRefusal, MissReason, RemovalCause } from './reasons.ts'

/** What takes time, and what is known of each when it has ended well. */
interface Outcomes {
  /** A request that memory could not serve at once. (Memory hits are counted, not traced: a span would cost ten times as much.) */
  readonly acquire: {
    readonly source: 'memory' | 'config' | 'build'
    readonly reason: MissReason | undefined
    readonly fingerprint: string | undefined
  }
  /** A look into the store. */
  readonly 'config-read': {
    readonly refusal: ConfigRefusal | undefined
    readonly stale: boolean
    readonly fingerprint: string | undefined
  }
  /** `loadConfig` or `buildAgent`, without its wait for a place among `maxConcurrentBuilds`. */
  readonly load: Readonly<Record<never, never>>
  /** `createAgent` or `rebuildAgent`. */
  readonly create: { readonly fingerprint: string | undefined }
  readonly dispose: { readonly cause: RemovalCause }
}

/** The name of something that takes time, and is traced. */
export type OperationName = keyof Outcomes

/** The names of all operations. */
export const operationNames: readonly OperationName[] = ['acquire', 'config-read', 'load', 'create', 'dispose']

/** What is published on the tracing channel of an operation. Its outcome is there when it ends well, `error` when it fails. */
export type OperationMessage<Name extends OperationName> = CacheIdentity & {
  readonly key: Partial<AgentKey>
  readonly error?: unknown
} & Partial<Outcomes[Name]>

/** The name to call `diagnostics_channel.tracingChannel` with: `rekindle:acquire`, … */
export function operationChannel(name: OperationName): string {
  return `rekindle:${name}`
}

const channels = Object.fromEntries(operationNames.map((name) => [name, tracingChannel(operationChannel(name))])) as Record<
  OperationName,
  TracingChannel<object>
>

/** Publishes the operations of one cache. Where nobody subscribes, the work is called and that is all. */
export class Tracing {
  readonly #identity: CacheIdentity

  constructor(identity: CacheIdentity) {
    this.#identity = identity
  }

  trace<Name extends OperationName, Result>(
    name: Name,
    key: Partial<AgentKey>,
    work: () => Promise<Result>,
    outcome: (result: Result) => Outcomes[Name],
  ): Promise<Result> {
    return channels[name].hasSubscribers ? this.#traced(name, key, work, outcome) : work()
  }

  /** The same for work that may be done when it returns; where somebody subscribes, a promise comes back all the same. */
  traceEither<Name extends OperationName, Result>(
    name: Name,
    key: Partial<AgentKey>,
    work: () => Result | Promise<Result>,
    outcome: (result: Result) => Outcomes[Name],
  ): Result | Promise<Result> {
    return channels[name].hasSubscribers ? this.#traced(name, key, async () => work(), outcome) : work()
  }

  #traced<Name extends OperationName, Result>(
    name: Name,
    key: Partial<AgentKey>,
    work: () => Promise<Result>,
    outcome: (result: Result) => Outcomes[Name],
  ): Promise<Result> {
    const message = { ...this.#identity, key }
    const traced = async (): Promise<Result> => {
      const result = await work()
      Object.assign(message, outcome(result))
      return result
    }
    return channels[name].tracePromise(traced, message)
  }
}
