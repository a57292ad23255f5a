import { channel, tracingChannel } from 'node:diagnostics_channel'
import { context, diag, metrics, ROOT_CONTEXT, trace, type TracerProvider } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  eventChannel,
  type ConfigStore,
  createAgentCache,
  eventNames,
  operationChannel,
  operationNames,
} from '../../src/index.ts'
import { ContextStore } from '../../src/otel/context-store.ts'
import { observeAgents, type ObserveOptions } from '../../src/otel/index.ts'
import { cumulative, durationEdges } from '../../src/telemetry/duration-edges.ts'
import { durations, numbers } from '../../src/telemetry/metrics.ts'
import { MemoryStore, settle } from '../../src/testing/index.ts'
import { gate, keyOf, TestAgents } from '../test-agents.ts'
import { attributesOf, otlpReceiver, type OtlpReceiver, treeOf } from './otlp-receiver.ts'
import { Scenario } from './scenario.ts'
import { nameOf } from './tally.ts'
import { sharing } from '../../src/store/index.ts'

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()))
afterAll(() => context.disable())

let otlp: OtlpReceiver
const stops: (() => void)[] = []
beforeEach(async () => {
  otlp = await otlpReceiver()
})
afterEach(async () => {
  for (const stop of stops.splice(0)) stop()
  await otlp[Symbol.asyncDispose]()
})

function observe(agents: Parameters<typeof observeAgents>[0], options: ObserveOptions = {}): () => void {
  const { meterProvider, tracerProvider } = otlp
  const stop = observeAgents(agents, { meterProvider, tracerProvider, ...options })
  stops.push(stop)
  return stop
}

describe('metrics', () => {
  /** As `Tally` has them, without those that are 0. */
  async function received(worker: string): Promise<Record<string, number>> {
    const counts: Record<string, number> = {}
    for (const { name, sum, histogram } of await otlp.metrics()) {
      const metric = [...numbers, ...durations].find((each) => each.name === name)!
      for (const point of [...(sum?.dataPoints ?? []), ...(histogram?.dataPoints ?? [])]) {
        const attributes = attributesOf(point)
        const value = Number(point.asDouble ?? point.asInt ?? point.count)
        if (attributes['worker'] !== worker || value === 0) continue
        counts[nameOf(name, attributes[metric.attribute ?? ''] as string | undefined)] = value
      }
    }
    return counts
  }

  test('are what a worker has counted for itself, for every tier, cause, reason and event, its end included', async () => {
    const scenario = new Scenario('counted', '', new MemoryStore())
    observe(scenario.agents.cache)
    await scenario.shared(true)
    await scenario.run()
    await scenario.wait()
    await scenario.heard(scenario.agents.invalidated)
    await scenario.close()
    const {
      'rekindle.store.calls answered': answered,
      'rekindle.store.time': seconds,
      ...others
    } = await received(scenario.agents.cache.workers.name)
    expect(others).toEqual(scenario.agents.tally.counts)
    expect(answered).toBeGreaterThan(0)
    expect(seconds).toBeGreaterThan(0)
  })

  test('have names, units and help of the one list, counters that only grow, and histograms with its edges', async () => {
    const agents = new TestAgents({ store: new MemoryStore() })
    observe(agents.cache)
    await agents.ask()
    for (let hit = 0; hit < 300; hit++) await agents.ask()
    const sent = await otlp.metrics()
    const listed = [...numbers, ...durations].filter(
      (metric) => !('published' in metric && metric.published === 'nowhere') && !metric.name.startsWith('rekindle.audit.'),
    )
    const ours = sent.filter(({ name }) => !name.startsWith('rekindle.audit.'))
    expect(ours.map(({ name, unit, description }) => [name, unit, description].join(' | ')).toSorted()).toEqual(
      listed.map(({ name, unit, help }) => [name, unit, help].join(' | ')).toSorted(),
    )
    for (const { name, sum, gauge, histogram } of ours) {
      const { kind } = listed.find((each) => each.name === name)!
      expect([sum?.isMonotonic === true, gauge !== undefined, histogram !== undefined]).toEqual([
        kind === 'counter',
        kind === 'gauge',
        kind === 'histogram',
      ])
    }
    const stats = agents.cache.stats()
    const requests = sent.find(({ name }) => name === 'rekindle.request.duration')!.histogram!.dataPoints
    for (const point of requests) {
      const { tier } = attributesOf(point)
      const { histogram, sum, count } = stats.latency[tier as 'memory' | 'build']
      expect(point.explicitBounds).toEqual(durationEdges)
      expect(point.sum).toBeCloseTo(sum / 1000, 12)
      let sofar = 0
      const reached = point.bucketCounts!.map((each) => (sofar += Number(each)))
      expect(reached).toEqual([...cumulative(histogram), count])
    }
    expect(requests).toHaveLength(2)
  })

  test('of several caches stand beside each other, and those of one end when it is not observed any more', async () => {
    const [one, two, other] = ['one', 'two', 'three'].map((namespace) => new TestAgents({ namespace }))
    const stop = observe(one!.cache)
    observe(two!.cache)
    for (const agents of [one!, two!, other!]) await agents.ask()
    const of = async () => {
      const sent = await otlp.metrics()
      return ['rekindle.agents.live', 'rekindle.request.duration', 'rekindle.load.duration', 'rekindle.create.duration'].map(
        (wanted) => {
          const { gauge, histogram } = sent.find(({ name }) => name === wanted)!
          const points = (gauge ?? histogram)!.dataPoints
          return points.map((point) => `${attributesOf(point)['namespace']} ${point.asDouble ?? point.count}`).toSorted()
        },
      )
    }
    const each = ['one 1', 'two 1']
    expect(await of()).toEqual([each, each, each, each])
    stop()
    await one!.ask({ userId: 'another' })
    await two!.ask({ userId: 'another' })
    const [, ...histograms] = await of()
    const later = ['one 1', 'two 2']
    expect(histograms).toEqual([later, later, later])
  })
})

test('the numbers are read once for each collection, and not when nobody observes any more', async () => {
  const { cache } = new TestAgents()
  let reads = 0
  const stop = observe({ stats: () => (reads++, cache.stats()) })
  const atFirst = reads
  await otlp.metrics()
  await otlp.metrics()
  expect(reads - atFirst).toBe(2)
  stop()
  await otlp.metrics()
  expect(reads - atFirst).toBe(2)
})

describe('spans', () => {
  const tracer = () => otlp.tracerProvider.getTracer('application')

  test('show what a request did, each part within the whole, and what the application does within its part', async () => {
    const agents = new TestAgents({ store: new MemoryStore() })
    observe(agents.cache)
    agents.load = async () => {
      await Promise.resolve()
      return tracer().startActiveSpan('SELECT agent', async (span) => {
        await new Promise((resolve) => setImmediate(resolve))
        span.end()
        return { name: 'a', version: 1 }
      })
    }
    await tracer().startActiveSpan('POST /chat', async (span) => {
      await agents.ask()
      // From memory: no span.
      await agents.ask()
      tracer().startSpan('afterwards').end()
      span.end()
    })
    const { fingerprint } = await agents.cache.acquire(keyOf())
    const spans = await otlp.spans()
    expect(treeOf(spans)).toEqual([
      'POST /chat',
      '  rekindle.acquire',
      '    rekindle.config_read',
      '    rekindle.config_read',
      '    rekindle.load',
      '      SELECT agent',
      '    rekindle.create',
      '  afterwards',
    ])
    const own = { 'rekindle.namespace': 'test', 'gen_ai.agent.id': 'a' }
    expect(spans.filter(({ name }) => name.startsWith('rekindle.')).map((span) => [span.name, attributesOf(span)])).toEqual([
      ['rekindle.config_read', { ...own, 'rekindle.result': 'absent', 'rekindle.stale': false }],
      ['rekindle.config_read', { ...own, 'rekindle.result': 'absent', 'rekindle.stale': false }],
      ['rekindle.load', own],
      ['rekindle.create', { ...own, 'gen_ai.agent.version': fingerprint }],
      [
        'rekindle.acquire',
        { ...own, 'rekindle.source': 'build', 'rekindle.reason': 'cold', 'gen_ai.agent.version': fingerprint },
      ],
    ])
  })

  test('show a config that was found, and why an agent was disposed of', async () => {
    const store = new MemoryStore()
    await new TestAgents({ store }).ask()
    await settle()
    const agents = new TestAgents({ store })
    observe(agents.cache)
    await agents.ask()
    await agents.cache.invalidate({ agentId: 'a' })
    const spans = await otlp.spans()
    expect(treeOf(spans)).toEqual(['rekindle.acquire', '  rekindle.config_read', '  rekindle.create', 'rekindle.dispose'])
    expect(attributesOf(spans.find(({ name }) => name === 'rekindle.acquire')!)).toMatchObject({ 'rekindle.source': 'config' })
    expect(attributesOf(spans.find(({ name }) => name === 'rekindle.config_read')!)).toMatchObject({ 'rekindle.result': 'used' })
    expect(attributesOf(spans.find(({ name }) => name === 'rekindle.dispose')!)).toMatchObject({
      'rekindle.cause': 'invalidated',
    })
  })

  test('of requests that wait for the same build: one each, and the build in that of the first', async () => {
    const agents = new TestAgents()
    observe(agents.cache)
    const loaded = gate<object>()
    agents.load = () => loaded.promise
    const asked = ['one', 'two'].map((name) => tracer().startActiveSpan(name, (span) => agents.ask().finally(() => span.end())))
    loaded.open({ name: 'a', version: 1 })
    await Promise.all(asked)
    const tree = treeOf(await otlp.spans())
    expect(tree.join('\n')).toContain('one\n  rekindle.acquire\n    rekindle.config_read')
    expect(tree.join('\n')).toMatch(/two\n  rekindle.acquire$|two\n  rekindle.acquire\none/)
    expect(tree.filter((line) => line.includes('load'))).toHaveLength(1)
  })

  test('say what failed, without the passwords that errors quote, and nothing of users and sessions', async () => {
    const agents = new TestAgents({ store: new MemoryStore() })
    observe(agents.cache)
    const error = new RangeError('connect ECONNREFUSED postgres://app:hunter2-secret@db/agents')
    agents.load = () => Promise.reject(error)
    const key = { userId: 'user-7781', sessionId: 'session-4402' }
    await expect(agents.ask(key)).rejects.toBe(error)
    const spans = await otlp.spans()
    const failed = spans.filter(({ status }) => status.code === 2)
    expect(failed.map(({ name, status }) => [name, status.message])).toEqual([
      ['rekindle.load', 'RangeError: connect ECONNREFUSED postgres://…@db/agents'],
      ['rekindle.acquire', 'RangeError: connect ECONNREFUSED postgres://…@db/agents'],
    ])
    expect(attributesOf(failed[0]!)).toMatchObject({ 'error.type': 'RangeError' })
    await otlp.metrics()
    for (const told of ['hunter2-secret', 'user-7781', 'session-4402']) expect(otlp.bodies.join()).not.toContain(told)
  })

  test('name our own errors by their codes', async () => {
    const agents = new TestAgents()
    observe(agents.cache)
    agents.load = () => new Promise(() => {})
    const refused = agents.cache.acquire(keyOf(), { timeoutMs: 100 }).catch((error: Error) => error.message)
    await agents.clock.advance(100)
    expect(await refused).toContain('No agent after')
    const acquire = (await otlp.spans()).find(({ name }) => name === 'rekindle.acquire')
    expect(attributesOf(acquire!)['error.type']).toBe('REKINDLE_ACQUIRE_TIMEOUT')
  })

  test('have what an application adds', async () => {
    const agents = new TestAgents()
    observe(agents.cache, { attributesOf: ({ sessionId }) => ({ 'session.id': sessionId ?? '' }) })
    await agents.ask()
    for (const span of await otlp.spans()) expect(attributesOf(span)['session.id']).toBe('s')
  })

  test('lose only what an application fails to add', async () => {
    const agents = new TestAgents()
    observe(agents.cache, {
      attributesOf: () => {
        throw new Error('no attributes')
      },
    })
    await agents.ask()
    const tree = treeOf(await otlp.spans())
    expect(tree).toContain('  rekindle.load')
    expect(tree.filter((line) => !line.startsWith(' '))).toEqual(['rekindle.acquire'])
  })

  test('are of the caches that are observed, and within those of the cache that another one asks', async () => {
    const inner = new TestAgents({ namespace: 'inner' })
    const outer = new TestAgents({ namespace: 'outer' })
    const other = new TestAgents({ namespace: 'other' })
    for (const agents of [inner, outer]) observe(agents.cache)
    outer.load = async () => {
      await inner.ask()
      await other.ask()
      return { name: 'outer', version: 1 }
    }
    await outer.ask()
    const spans = await otlp.spans()
    const at = spans.map((span) => ({ ...span, name: `${span.name} ${attributesOf(span)['rekindle.namespace']}` }))
    expect(treeOf(at).filter((line) => !line.includes('config_read'))).toEqual([
      'rekindle.acquire outer',
      '  rekindle.load outer',
      '    rekindle.acquire inner',
      '      rekindle.load inner',
      '      rekindle.create inner',
      '  rekindle.create outer',
    ])
  })
})

test('what goes on in the background is in the trace of no request, not of the one that began it', async () => {
  const inner = new MemoryStore()
  const active: (string | undefined)[] = []
  const asked = gate()
  const store: ConfigStore = {
    name: 'memory',
    sharing,
    connect: (namespace) => {
      const connection = inner.connect(namespace)
      return {
        ...connection,
        sync: (...given) => {
          active.push(trace.getActiveSpan()?.spanContext().spanId)
          if (active.length === 6) asked.open()
          return connection.sync(...given)
        },
        // Its request has the store looked into, and that goes on.
        read: () => Promise.reject(new Error('this read failed')),
      }
    },
  }
  await using cache = createAgentCache({
    namespace: 'beating',
    store,
    maxStalenessMs: 100,
    loadConfig: () => ({}),
    createAgent: () => ({}),
  })
  await otlp.tracerProvider.getTracer('application').startActiveSpan('POST /chat', async (span) => {
    await cache.use(keyOf(), () => span.end())
  })
  await asked.promise
  expect(active.filter((span) => span !== undefined).length).toBeLessThan(2)
  expect(active.slice(-4)).toEqual([undefined, undefined, undefined, undefined])
})

test('without providers of its own, a cache is recorded with the global ones', async () => {
  metrics.setGlobalMeterProvider(otlp.meterProvider)
  trace.setGlobalTracerProvider(otlp.tracerProvider)
  const agents = new TestAgents()
  const stop = observeAgents(agents.cache)
  await agents.ask()
  stop()
  expect(treeOf(await otlp.spans())).toContain('rekindle.acquire')
  expect((await otlp.metrics()).map(({ name }) => name)).toContain('rekindle.request.duration')
  metrics.disable()
  trace.disable()
})

describe('stopping', () => {
  test('leaves no subscriber on any channel, and ends what is open', async () => {
    const agents = new TestAgents()
    const stop = observe(agents.cache)
    const loaded = gate<object>()
    agents.load = () => loaded.promise
    const asked = agents.ask()
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    stop()
    stop()
    expect(eventNames.filter((name) => channel(eventChannel(name)).hasSubscribers)).toEqual([])
    expect(operationNames.filter((name) => tracingChannel(operationChannel(name)).hasSubscribers)).toEqual([])
    loaded.open({ name: 'a', version: 1 })
    expect(await asked).toBe('build cold v1')
    expect((await otlp.spans()).map(({ name }) => name)).toContain('rekindle.acquire')
  })
})

describe('telemetry that fails', () => {
  const failing = (at: 'startSpan' | 'setAttribute' | 'setStatus' | 'end'): TracerProvider => ({
    getTracer: () => ({
      startActiveSpan: () => undefined as never,
      startSpan: (name, options, parent) => {
        if (at === 'startSpan') throw new Error(at)
        const span = otlp.tracerProvider.getTracer('x').startSpan(name, options, parent)
        span[at] = () => {
          throw new Error(at)
        }
        return span
      },
    }),
  })

  test.each(['startSpan', 'setAttribute', 'setStatus', 'end'] as const)(
    'costs no request its agent, nor its own error: %s',
    async (at) => {
      const reported: unknown[] = []
      const log = () => {}
      diag.setLogger({ error: (...given) => reported.push(given), warn: log, info: log, debug: log, verbose: log })
      const agents = new TestAgents({ store: new MemoryStore() })
      observe(agents.cache, {
        tracerProvider: failing(at),
        attributesOf: () => {
          throw new Error('no attributes')
        },
      })
      expect(await agents.ask()).toBe('build cold v1')
      agents.load = () => Promise.reject(new Error('no database'))
      await expect(agents.ask({ userId: 'another' })).rejects.toThrow('no database')
      expect(agents.cache.stats()).toMatchObject({ served: { build: 1 }, failed: 1 })
      expect(reported.length).toBeGreaterThan(0)
      diag.disable()
    },
  )
})

test('a context is made the active one by either of the ways in which Node does that', () => {
  const store = new ContextStore()
  const span = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 })
  const given = trace.setSpan(ROOT_CONTEXT, span)
  expect(store.run(given, () => trace.getActiveSpan())).toBe(span)
  const scope = store.withScope(given)
  expect(trace.getActiveSpan()).toBe(span)
  scope[Symbol.dispose]()
  expect(trace.getActiveSpan()).toBeUndefined()
})
