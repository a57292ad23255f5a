import { type KeyField, keyFields } from './agent-key.ts'
import { sharingVersion } from './config/config-store.ts'
import { InvalidOptionsError, shown } from './errors.ts'

/** Throws {@link InvalidOptionsError} for the first option that cannot be worked with. Callers without types come here too. */
export function assertOptions(options: object): void {
  const given = options as Record<string, unknown>
  if (typeof given['namespace'] !== 'string' || given['namespace'] === '') {
    throw wrong('namespace', 'a string that is not empty', given['namespace'])
  }
  assertForm(given)
  const live = given['live'] ?? {}
  if (typeof live !== 'object') throw wrong('live', 'an object', live)
  const { concurrency, maxAgents, ttlMs, idleMs } = live as Record<string, unknown>
  if (concurrency !== undefined && concurrency !== 'shared' && concurrency !== 'exclusive') {
    throw wrong('live.concurrency', "'shared' or 'exclusive'", concurrency)
  }
  assertAtLeast(0, { 'live.maxAgents': maxAgents, 'live.ttlMs': ttlMs, 'live.idleMs': idleMs })
  const { configTtlMs, staleWhileRevalidateMs, staleIfErrorMs, buildTimeoutMs, storeTimeoutMs, maxConcurrentBuilds } = given
  const { maxStalenessMs, whenUnsynced, notFoundTtlMs } = given
  assertAtLeast(0, {
    configTtlMs,
    staleWhileRevalidateMs,
    staleIfErrorMs,
    buildTimeoutMs,
    storeTimeoutMs,
    maxStalenessMs,
    notFoundTtlMs,
  })
  if (whenUnsynced !== undefined && whenUnsynced !== 'serve' && whenUnsynced !== 'rebuild') {
    throw wrong('whenUnsynced', "'serve' or 'rebuild'", whenUnsynced)
  }
  assertAtLeast(1, { maxConcurrentBuilds })
  const { ttlJitter, auditRate } = given
  assertShare({ ttlJitter, auditRate })
  assertVersion(given)
  assertScopes(given)
  assertParts(given)
}

/** The same for `createInvalidator`. */
export function assertInvalidatorOptions(options: object): void {
  const given = options as Record<string, unknown>
  if (typeof given['namespace'] !== 'string' || given['namespace'] === '') {
    throw wrong('namespace', 'a string that is not empty', given['namespace'])
  }
  if (given['store'] === undefined) throw wrong('store', 'the ConfigStore that the agent caches share', undefined)
  assertAtLeast(0, { storeTimeoutMs: given['storeTimeoutMs'], maxStalenessMs: given['maxStalenessMs'] })
  assertVersion(given)
  assertScopes(given)
  assertParts(given)
}

function assertVersion({ configVersion }: Record<string, unknown>): void {
  if (configVersion !== undefined && typeof configVersion !== 'string') throw wrong('configVersion', 'a string', configVersion)
}

function assertParts({ store, configSchema, clock, advisor }: Record<string, unknown>): void {
  const has = (part: unknown, ...methods: string[]) =>
    typeof part === 'object' && part !== null && methods.every((method) => typeof Reflect.get(part, method) === 'function')
  if (store !== undefined && !has(store, 'connect')) throw wrong('store', 'a ConfigStore, such as sqliteStore({ path })', store)
  if (store !== undefined && Reflect.get(Object(Reflect.get(Object(store), 'sharing')), 'version') !== sharingVersion) {
    const advice = "a store of your own has that of 'rekindle/store'; if it has one, two versions of rekindle are installed"
    throw new InvalidOptionsError('store', `store lacks the property sharing that this version of rekindle needs: ${advice}.`)
  }
  if (advisor !== undefined && !has(advisor, 'watch')) throw wrong('advisor', 'what createAdvisor() returned', advisor)
  if (clock !== undefined && !has(clock, 'now', 'after')) throw wrong('clock', 'a Clock', clock)
  const standard: unknown = configSchema === undefined ? undefined : Reflect.get(Object(configSchema), '~standard')
  if (configSchema !== undefined && !has(standard, 'validate')) {
    throw wrong('configSchema', 'a Standard Schema (zod, valibot, arktype, …)', configSchema)
  }
}

function wrong(option: string, expected: string, got: unknown): InvalidOptionsError {
  return new InvalidOptionsError(option, `${option} must be ${expected}; got ${shown(got)}.`)
}

function assertAtLeast(least: number, numbers: Record<string, unknown>): void {
  for (const [option, value] of Object.entries(numbers)) {
    if (value === undefined || (typeof value === 'number' && value >= least)) continue
    throw wrong(option, `a number of at least ${least}`, value)
  }
}

function assertShare(numbers: Record<string, unknown>): void {
  for (const [option, value] of Object.entries(numbers)) {
    if (value === undefined || (typeof value === 'number' && value >= 0 && value <= 1)) continue
    throw wrong(option, 'a number from 0 to 1', value)
  }
}

/** The two ways to say how agents come to be. */
function assertForm(given: Record<string, unknown>): void {
  const twoPhase = ['loadConfig', 'createAgent']
  const opaque = ['buildAgent', 'toConfig']
  const isFunction = (option: string) => typeof given[option] === 'function'
  const form = given['buildAgent'] === undefined && given['toConfig'] === undefined ? twoPhase : opaque
  for (const option of form) if (!isFunction(option)) throw wrong(option, 'a function', given[option])
  const other = (form === twoPhase ? [...opaque, 'rebuildAgent'] : [...twoPhase, 'configScope']).find((option) => given[option])
  if (other !== undefined) {
    throw new InvalidOptionsError(other, `${other} does not go with ${form.join(' + ')}: those are two ways to build an agent.`)
  }
  if (form === opaque && (given['auditRate'] ?? 0) !== 0) {
    const message =
      'auditRate needs loadConfig + createAgent: with buildAgent, to see what an agent would be now means to build one.'
    throw new InvalidOptionsError('auditRate', message)
  }
  for (const option of ['rebuildAgent', 'disposeAgent', 'weighAgent', 'describeWorker', 'random', 'readMemory']) {
    if (given[option] !== undefined && !isFunction(option)) throw wrong(option, 'a function', given[option])
  }
}

function assertScopes({ configScope, liveScope }: Record<string, unknown>): void {
  for (const [option, scope] of Object.entries({ configScope, liveScope })) {
    if (scope === undefined) continue
    const isScope = Array.isArray(scope) && scope.length > 0 && scope.every((field) => keyFields.includes(field as KeyField))
    if (!isScope) throw wrong(option, `a list of at least one of ${keyFields.join(', ')}`, scope)
  }
  if (configScope === undefined || liveScope === undefined) return
  const missing = (configScope as KeyField[]).find((field) => !(liveScope as KeyField[]).includes(field))
  if (missing !== undefined) {
    const message = `liveScope lacks ${missing}, which is in configScope: agents made from different configs would be taken for one.`
    throw new InvalidOptionsError('liveScope', message)
  }
}
