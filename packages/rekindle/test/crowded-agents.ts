import type { AgentCacheEvents, MemoryReading } from '../src/index.ts'
import { TestAgents } from './test-agents.ts'

export type CrowdedOptions = NonNullable<ConstructorParameters<typeof TestAgents>[0]>

/** Agents in a process whose memory is what the test says. Members can be taken apart. */
export class CrowdedAgents {
  readonly memory: { reading: MemoryReading; reads: number } = {
    reading: { heap: { usedBytes: 500, limitBytes: 1_000 }, collections: 0 },
    reads: 0,
  }
  readonly agents: TestAgents
  readonly cache: TestAgents['cache']
  readonly clock: TestAgents['clock']
  readonly events: AgentCacheEvents['memory-pressure'][] = []

  constructor(options: CrowdedOptions = {}) {
    const readMemory = () => {
      this.memory.reads++
      return this.memory.reading
    }
    this.agents = new TestAgents({ readMemory, ...options })
    this.cache = this.agents.cache
    this.clock = this.agents.clock
    this.cache.on('memory-pressure', (event) => this.events.push(event))
  }

  /** Makes agents of these users, one after the other. */
  readonly make = async (...userIds: string[]): Promise<void> => {
    for (const userId of userIds) {
      await this.agents.ask({ userId })
      await this.clock.advance(1)
    }
  }

  /** Memory is used like this now, after so many full collections; the next look comes. */
  readonly use = async (usedBytes: number, collections: number): Promise<void> => {
    this.memory.reading = { heap: { usedBytes, limitBytes: 1_000 }, collections }
    await this.clock.advance(1_000)
  }

  /** The users whose agents have not been disposed. */
  readonly present = (): (string | undefined)[] =>
    this.agents.made.filter(({ disposals }) => disposals === 0).map(({ key }) => key.userId)
}

export const users = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index}`)
