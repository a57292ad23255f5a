import { channel, tracingChannel } from 'node:diagnostics_channel'
import { afterEach, expect, test } from 'vitest'
import {
  eventChannel,
  type EventMessage,
  eventNames,
  operationChannel,
  type OperationName,
  operationNames,
} from '../src/index.ts'
import { MemoryStore } from '../src/testing/index.ts'
import { keyOf, TestAgents } from './test-agents.ts'

const cleanUp: (() => void)[] = []
afterEach(() => cleanUp.splice(0).forEach((each) => each()))

/** Each message of each event and operation, as one line. */
function listen(): string[] {
  const lines: string[] = []
  for (const name of eventNames) {
    const hear = (message: unknown) => {
      const { namespace, event } = message as EventMessage<typeof name>
      const { source, reason, cause } = event as { source?: string; reason?: string; cause?: string }
      lines.push([namespace, name, source, reason, cause].filter(Boolean).join(' '))
    }
    channel(eventChannel(name)).subscribe(hear)
    cleanUp.push(() => channel(eventChannel(name)).unsubscribe(hear))
  }
  for (const name of operationNames) {
    const tell =
      (what: string) =>
      (message: object): void => {
        const { key: _, namespace, worker: __, result: ___, error, ...outcome } = message as Record<string, unknown>
        lines.push([namespace, name, what, ...Object.values(outcome), error].filter(Boolean).join(' '))
      }
    const subscribers = { start: tell('begins'), asyncEnd: tell('ends'), end() {}, asyncStart() {}, error() {} }
    tracingChannel(operationChannel(name)).subscribe(subscribers)
    cleanUp.push(() => {
      tracingChannel(operationChannel(name)).unsubscribe(subscribers)
    })
  }
  return lines
}

test('what a request sets off is published in order, each operation with its outcome, for whoever subscribes', async () => {
  const store = new MemoryStore()
  const agents = new TestAgents({ store, namespace: 'told' })
  const lines = listen()
  await agents.ask()
  const { fingerprint } = await agents.cache.acquire(keyOf())
  await agents.cache.invalidate('all')
  expect(lines.map((line) => line.replace(fingerprint!, 'F'))).toEqual([
    'told acquire begins',
    'told config-read begins',
    'told config-read ends absent',
    // Between look and claim another worker may have stored one.
    'told config-read begins',
    'told config-read ends absent',
    'told load begins',
    'told load ends',
    'told create begins',
    'told create ends F',
    'told created build cold',
    'told served build cold',
    'told acquire ends build cold F',
    'told served memory',
    'told retired invalidated',
    'told invalidated',
  ])
})

test('an operation that fails is published with its error, and the request gets the same', async () => {
  const agents = new TestAgents()
  const lines = listen()
  agents.load = () => Promise.reject(new Error('no database'))
  await expect(agents.ask()).rejects.toThrow('no database')
  expect(lines).toContain('test load ends Error: no database')
  expect(lines).toContain('test acquire ends Error: no database')
})

test('of memory hits one in 128 is published as served, and none as an operation', async () => {
  const agents = new TestAgents()
  await agents.ask()
  const lines = listen()
  for (let hit = 0; hit < 256; hit++) (await agents.cache.acquire(keyOf())).release()
  expect(lines).toEqual(['test served memory', 'test served memory'])
  expect(agents.cache.stats()).toMatchObject({
    served: { memory: 256 },
    events: { served: 3 },
    latency: { memory: { count: 2 } },
  })
})

test('an agent is disposed as before, and once, when somebody listens to that', async () => {
  const agents = new TestAgents()
  listen()
  await agents.ask()
  await agents.cache.close()
  expect(agents.made.map(({ disposals }) => disposals)).toEqual([1])
})

test('names of channels and counts of events are those of the events there are', () => {
  const agents = new TestAgents()
  expect(Object.keys(agents.cache.stats().events)).toEqual(eventNames)
  const names: readonly OperationName[] = ['acquire', 'config-read', 'load', 'create', 'dispose']
  expect(operationNames).toEqual(names)
})
