import { type AgentCache, type AgentCacheEvents, type AgentKey, createAgentCache, type EventName } from '../src/index.ts'
import { lateParts } from '../src/late/late-parts.ts'
import type { CommonOptions } from '../src/options.ts'
import { ManualClock } from '../src/testing/index.ts'

// Nothing comes as a surprise then to a test that moves the clock itself; `late-parts.test.ts` sees what is so before.
await lateParts()

export interface TestConfig {
  readonly name: string
  readonly version: number
  readonly [more: string]: unknown
}

/** An agent that knows whether it has been closed, and what it was made from. */
export class TestAgent {
  readonly config: TestConfig
  readonly key: Partial<AgentKey>
  disposals = 0

  constructor(config: TestConfig, key: Partial<AgentKey>) {
    this.config = config
    this.key = key
  }

  [Symbol.dispose](): void {
    this.disposals++
  }
}

export const keyOf = (changes: Partial<AgentKey> = {}): AgentKey => ({
  agentId: 'a',
  userId: 'u',
  sessionId: 's',
  reasoning: false,
  ...changes,
})

/** A cache whose loads, creations and events are recorded; `source` is the database behind it. */
export class TestAgents {
  readonly clock: ManualClock
  readonly cache: AgentCache<TestConfig, TestAgent>
  readonly made: TestAgent[] = []
  readonly loads: Partial<AgentKey>[] = []
  /** Events by name, as one line each. */
  readonly trace: string[] = []
  /** What `loadConfig` does; counts as the source of truth. */
  load: (key: Partial<AgentKey>, context: { signal: AbortSignal; tag: (name: string) => void }) => unknown
  /** Called by `createAgent` before it makes the agent. */
  onCreate: (config: TestConfig, signal: AbortSignal) => unknown = () => {}
  /** Version of every config, unless `load` is replaced. */
  version = 1

  constructor(
    options: Partial<CommonOptions<TestConfig, TestAgent, keyof AgentKey>> & {
      readonly configScope?: readonly (keyof AgentKey)[]
    } = {},
  ) {
    this.clock = (options.clock as ManualClock | undefined) ?? new ManualClock()
    this.load = (key) => ({ name: `agent ${key.agentId}`, version: this.version })
    this.cache = createAgentCache<TestConfig, TestAgent>({
      namespace: 'test',
      ttlJitter: 0,
      ...options,
      clock: this.clock,
      loadConfig: async (key, context) => {
        this.loads.push(key)
        return (await this.load(key, context)) as TestConfig
      },
      createAgent: async (config, key, { signal }) => {
        await this.onCreate(config, signal)
        const agent = new TestAgent(config, key)
        this.made.push(agent)
        return agent
      },
    })
  }

  record<Name extends EventName>(name: Name, line: (event: AgentCacheEvents[Name]) => string): this {
    this.cache.on(name, (event) => this.trace.push(line(event)))
    return this
  }

  /** `source`, `reason` and version of a request that lets go at once. */
  async ask(changes: Partial<AgentKey> = {}): Promise<string> {
    using lease = await this.cache.acquire(keyOf(changes))
    return [lease.source, lease.reason, `v${lease.agent.config.version}`].filter(Boolean).join(' ')
  }
}

/** A promise and the functions that settle it. */
export function gate<Value = void>(): { promise: Promise<Value>; open: (value: Value) => void; fail: (error: unknown) => void } {
  const { promise, resolve, reject } = Promise.withResolvers<Value>()
  return { promise, open: resolve, fail: reject }
}
