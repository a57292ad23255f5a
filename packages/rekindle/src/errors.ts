import { listIssues, listNames, shown } from './text/error-text.ts'

export { listIssues, listNames, shown, textOf } from './text/error-text.ts'

/** The code of each error that Rekindle itself throws. Codes are stable. */
export type RekindleErrorCode =
  | 'REKINDLE_INVALID_KEY'
  | 'REKINDLE_INVALID_OPTIONS'
  | 'REKINDLE_INVALID_TARGET'
  | 'REKINDLE_INVALID_CONFIG'
  | 'REKINDLE_AGENT_NOT_FOUND'
  | 'REKINDLE_BUILD_TIMEOUT'
  | 'REKINDLE_ACQUIRE_TIMEOUT'
  | 'REKINDLE_QUEUE_FULL'
  | 'REKINDLE_CACHE_CLOSED'
  | 'REKINDLE_STORE_TIMEOUT'
  | 'REKINDLE_INVALIDATION_FAILED'
  | 'REKINDLE_INVALIDATION_UNCONFIRMED'
  | 'REKINDLE_UNKNOWN_MODEL'
  | 'REKINDLE_UNKNOWN_TOOL'
  | 'REKINDLE_UNRESOLVED_SECRET'
  | 'REKINDLE_UNSUPPORTED_CONFIG'
  | 'REKINDLE_MCP_SERVER'
  | 'REKINDLE_INVALID_TRACE'

/** Registered, so that two copies of this package mark their errors alike. */
const marker = Symbol.for('rekindle.error')

function carries(value: unknown, code: RekindleErrorCode): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, marker) === code
}

/**
 * Every error that Rekindle itself throws. What `loadConfig` and `createAgent` throw is never wrapped: it reaches the caller
 * unchanged.
 *
 * `isInstance` asks for the code, not for the class, so it holds across duplicate installs of this package.
 */
export class RekindleError extends Error {
  readonly code: RekindleErrorCode

  constructor(code: RekindleErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.name = new.target.name
    Object.defineProperty(this, marker, { value: code })
  }

  static isInstance(value: unknown): value is RekindleError {
    return typeof value === 'object' && value !== null && marker in value
  }
}

/** A key is not four parts of the right types, or too long. `field` names the part. */
export class InvalidKeyError extends RekindleError {
  readonly field: string
  constructor(field: string, message: string) {
    super('REKINDLE_INVALID_KEY', message)
    this.field = field
  }
  static override isInstance(value: unknown): value is InvalidKeyError {
    return carries(value, 'REKINDLE_INVALID_KEY')
  }
}

/** `createAgentCache`, or another function of this package, was given an option it cannot work with. `option` names it. */
export class InvalidOptionsError extends RekindleError {
  readonly option: string
  constructor(option: string, message: string) {
    super('REKINDLE_INVALID_OPTIONS', message)
    this.option = option
  }
  static override isInstance(value: unknown): value is InvalidOptionsError {
    return carries(value, 'REKINDLE_INVALID_OPTIONS')
  }
}

/** `invalidate` was given something that names no agents. */
export class InvalidTargetError extends RekindleError {
  constructor(message: string) {
    super('REKINDLE_INVALID_TARGET', message)
  }
  static override isInstance(value: unknown): value is InvalidTargetError {
    return carries(value, 'REKINDLE_INVALID_TARGET')
  }
}

/** One thing wrong with a config: where it is and what was found there. */
export interface ConfigIssue {
  /** Where, as JavaScript would write it: `$.tools[2].run`. */
  readonly path: string
  readonly message: string
}

/** A config that `loadConfig` has just returned was refused by the application's own `configSchema`. */
export class InvalidConfigError extends RekindleError {
  readonly issues: readonly ConfigIssue[]
  constructor(issues: readonly ConfigIssue[]) {
    const list = listIssues(issues)
    super(
      'REKINDLE_INVALID_CONFIG',
      `loadConfig returned a config that configSchema refuses (${list}). Correct it at its source.`,
    )
    this.issues = issues
  }
  static override isInstance(value: unknown): value is InvalidConfigError {
    return carries(value, 'REKINDLE_INVALID_CONFIG')
  }
}

/**
 * For `loadConfig` to throw when there is no such agent. It is an answer, not a failure: it is never hidden behind a stale
 * config (`staleIfErrorMs`).
 */
export class AgentNotFoundError extends RekindleError {
  readonly agentId: string
  constructor(agentId: string, options?: ErrorOptions) {
    super('REKINDLE_AGENT_NOT_FOUND', `There is no agent ${shown(agentId)}.`, options)
    this.agentId = agentId
  }
  static override isInstance(value: unknown): value is AgentNotFoundError {
    return carries(value, 'REKINDLE_AGENT_NOT_FOUND')
  }
}

/** A phase of the build took longer than `buildTimeoutMs`. Its `signal` has been aborted. */
export class BuildTimeoutError extends RekindleError {
  readonly phase: 'load' | 'create'
  readonly timeoutMs: number
  constructor(phase: 'load' | 'create', timeoutMs: number) {
    const work = phase === 'load' ? 'Loading the config' : 'Creating the agent'
    super('REKINDLE_BUILD_TIMEOUT', `${work} took longer than buildTimeoutMs (${timeoutMs} ms) and was aborted.`)
    this.phase = phase
    this.timeoutMs = timeoutMs
  }
  static override isInstance(value: unknown): value is BuildTimeoutError {
    return carries(value, 'REKINDLE_BUILD_TIMEOUT')
  }
}

/** `acquire` waited longer than its `timeoutMs`. A build it was waiting for goes on and fills the cache. */
export class AcquireTimeoutError extends RekindleError {
  readonly timeoutMs: number
  constructor(timeoutMs: number, waitingFor: string) {
    super('REKINDLE_ACQUIRE_TIMEOUT', `No agent after timeoutMs (${timeoutMs} ms), waiting for ${waitingFor}.`)
    this.timeoutMs = timeoutMs
  }
  static override isInstance(value: unknown): value is AcquireTimeoutError {
    return carries(value, 'REKINDLE_ACQUIRE_TIMEOUT')
  }
}

/** Too many requests already wait, or too many builds are in progress; this one was refused at once instead of being queued. */
export class QueueFullError extends RekindleError {
  constructor(limit: number, what: string = 'requests are waiting for agents') {
    super('REKINDLE_QUEUE_FULL', `${limit} ${what} already; this one was not queued. Try again later.`)
  }
  static override isInstance(value: unknown): value is QueueFullError {
    return carries(value, 'REKINDLE_QUEUE_FULL')
  }
}

/** The cache has been closed, or is closing: it hands out no more agents. */
export class CacheClosedError extends RekindleError {
  constructor() {
    super('REKINDLE_CACHE_CLOSED', 'The agent cache is closed.')
  }
  static override isInstance(value: unknown): value is CacheClosedError {
    return carries(value, 'REKINDLE_CACHE_CLOSED')
  }
}

/** The store did not answer within `storeTimeoutMs`. Seen in events only: a request goes on without the store. */
export class StoreTimeoutError extends RekindleError {
  constructor(operation: string, timeoutMs: number) {
    super('REKINDLE_STORE_TIMEOUT', `The store did not answer ${operation} within storeTimeoutMs (${timeoutMs} ms).`)
  }
  static override isInstance(value: unknown): value is StoreTimeoutError {
    return carries(value, 'REKINDLE_STORE_TIMEOUT')
  }
}

/**
 * This process has invalidated, but the store did not take it (`cause` says why): other workers may still serve what was to
 * be invalidated. Call `invalidate` again.
 */
export class InvalidationFailedError extends RekindleError {
  constructor(cause: unknown) {
    super(
      'REKINDLE_INVALIDATION_FAILED',
      'Invalidated in this process only: the store did not take it, so other workers have not heard. Call invalidate again.',
      { cause },
    )
  }
  static override isInstance(value: unknown): value is InvalidationFailedError {
    return carries(value, 'REKINDLE_INVALIDATION_FAILED')
  }
}

/**
 * The store has taken the invalidation, but within `timeoutMs` not every live worker has reported that it dropped what was
 * invalidated. `workers` names those (host, process id, and a random part). Each stops serving what it cannot vouch for, or
 * drops it, within `maxStalenessMs` of reaching the store.
 */
export class InvalidationUnconfirmedError extends RekindleError {
  /** Empty if the store could not even tell which workers there are. */
  readonly workers: readonly string[]
  constructor(workers: readonly string[] = [], cause?: unknown) {
    const who = workers.length === 0 ? 'the store could not tell which workers there are' : `no report from ${listNames(workers)}`
    super('REKINDLE_INVALIDATION_UNCONFIRMED', `Invalidated, but not confirmed in time: ${who}.`, { cause })
    this.workers = workers
  }
  static override isInstance(value: unknown): value is InvalidationUnconfirmedError {
    return carries(value, 'REKINDLE_INVALIDATION_UNCONFIRMED')
  }
}

/** An agent config names a model that the application's `models` do not give, or names none. */
export class UnknownModelError extends RekindleError {
  /** As the config has it. */
  readonly model: string
  constructor(model: string, message: string, options?: ErrorOptions) {
    super('REKINDLE_UNKNOWN_MODEL', message, options)
    this.model = model
  }
  static override isInstance(value: unknown): value is UnknownModelError {
    return carries(value, 'REKINDLE_UNKNOWN_MODEL')
  }
}

/** An agent config names a tool that is not in the application's `tools`. */
export class UnknownToolError extends RekindleError {
  /** Where the config names it: `$.tools[2]`. */
  readonly path: string
  readonly tool: string
  constructor(path: string, tool: string, registered: Iterable<string>) {
    const advice = 'Add it to tools, or take it out of the config.'
    super('REKINDLE_UNKNOWN_TOOL', `${path}: there is no tool ${shown(tool)}; there are ${listNames(registered)}. ${advice}`)
    this.path = path
    this.tool = tool
  }
  static override isInstance(value: unknown): value is UnknownToolError {
    return carries(value, 'REKINDLE_UNKNOWN_TOOL')
  }
}

/** A `{ "$secret": name }` of a config could not be replaced by the secret. The message never holds a secret. */
export class UnresolvedSecretError extends RekindleError {
  /** Where the config refers to it: `$.tools[2].options.token`. */
  readonly path: string
  constructor(path: string, message: string) {
    super('REKINDLE_UNRESOLVED_SECRET', `${path}: ${message}`)
    this.path = path
  }
  static override isInstance(value: unknown): value is UnresolvedSecretError {
    return carries(value, 'REKINDLE_UNRESOLVED_SECRET')
  }
}

/** A valid agent config asks for something that the adapter in use does not do. Ignoring it would make another agent. */
export class UnsupportedConfigError extends RekindleError {
  readonly path: string
  constructor(path: string, message: string) {
    super('REKINDLE_UNSUPPORTED_CONFIG', `${path}: ${message}`)
    this.path = path
  }
  static override isInstance(value: unknown): value is UnsupportedConfigError {
    return carries(value, 'REKINDLE_UNSUPPORTED_CONFIG')
  }
}

/** An MCP server cannot be reached, or does not answer as the protocol says. The message holds no secret. */
export class McpServerError extends RekindleError {
  /** Its name in the config. */
  readonly server: string
  constructor(server: string, message: string, options?: ErrorOptions) {
    super('REKINDLE_MCP_SERVER', `The MCP server ${shown(server)} ${message}`, options)
    this.server = server
  }
  static override isInstance(value: unknown): value is McpServerError {
    return carries(value, 'REKINDLE_MCP_SERVER')
  }
}

/** A line of a trace of requests is not `time,key`, or earlier than the one before. */
export class TraceError extends RekindleError {
  /** The first is 1. */
  readonly line: number
  constructor(line: number, message: string) {
    super('REKINDLE_INVALID_TRACE', `Line ${line} of the trace ${message}`)
    this.line = line
  }
  static override isInstance(value: unknown): value is TraceError {
    return carries(value, 'REKINDLE_INVALID_TRACE')
  }
}
