import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Gauge, type OpenMetricsContentType, Registry } from 'prom-client'
import { afterEach, expect, test } from 'vitest'
import { createInvalidator } from '../../src/index.ts'
import { prometheusName } from '../../src/prometheus/metric-name.ts'
import { prometheusMetrics } from '../../src/prometheus/index.ts'
import { sqliteStore } from '../../src/sqlite/index.ts'
import { durationEdges } from '../../src/telemetry/duration-edges.ts'
import { durations, numbers } from '../../src/telemetry/metrics.ts'
import { keyOf, TestAgents } from '../test-agents.ts'

import { settings } from './counted-agents.ts'
import type { Counted, CountingOrder } from './counting-worker.ts'
import { scraper } from './scraped.ts'
import { nameOf } from './tally.ts'

type Scraped = Awaited<ReturnType<Awaited<ReturnType<typeof scraper>>['scrape']>>

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const each of cleanUp.splice(0).toReversed()) await each()
})

async function served(registry: Parameters<typeof scraper>[0]) {
  const server = await scraper(registry)
  cleanUp.push(() => server[Symbol.asyncDispose]())
  return server
}

/** A process that counts for itself. */
class CountingProcess {
  readonly #child: ChildProcess = fork(join(import.meta.dirname, 'counting-worker.ts'), { execArgv: [] })

  async order(order: CountingOrder): Promise<Counted> {
    const answered = once(this.#child, 'message') as Promise<[Counted]>
    this.#child.send(order)
    const [counted] = await answered
    if (counted.error !== undefined) throw new Error(counted.error)
    return counted
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}

/** Counts of one worker, as `Tally` names them, without those that are 0. */
function countsOf(scraped: Scraped, worker: string): Record<string, number> {
  const counts: Record<string, number> = {}
  const note = (name: string, value: number) => {
    if (value !== 0) counts[name] = value
  }
  for (const metric of numbers) {
    if (metric.kind !== 'counter') continue
    for (const { labels, value } of scraped.get(prometheusName(metric))!.metrics) {
      if (labels?.['worker'] === worker) note(nameOf(metric.name, labels[metric.attribute ?? '']), Number(value))
    }
  }
  for (const metric of durations) {
    const name = prometheusName(metric)
    const own = (suffix: string) =>
      scraped.get(`${name}_${suffix}`)!.metrics.filter(({ labels }) => labels?.['worker'] === worker)
    const buckets = own('bucket')
    for (const { labels, value } of own('count')) {
      const of = labels?.[metric.attribute ?? '']
      const edges = buckets.filter((bucket) => bucket.labels?.[metric.attribute ?? ''] === of)
      expect(edges.map(({ labels: { le } = {} }) => le)).toEqual([...durationEdges.map(String), '+Inf'])
      expect(edges.at(-1)!.value).toBe(value)
      note(nameOf(metric.name, of), Number(value))
    }
  }
  return counts
}

function gauges(scraped: Scraped, worker: string): Record<string, number> {
  return Object.fromEntries(
    numbers.flatMap((metric) => {
      const { metrics } = scraped.get(prometheusName(metric))!
      const [own] = metrics.filter(({ labels }) => labels?.['worker'] === worker)
      return metric.kind === 'gauge' && own !== undefined ? [[metric.name, Number(own.value)]] : []
    }),
  )
}

test('what is scraped for all workers is what each has counted for itself, for every tier, cause, reason and event', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rekindle-counted-'))
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'store.db')
  const workers = ['one-', 'two-'].map((prefix) => ({ prefix, process: new CountingProcess() }))
  for (const { process } of workers) cleanUp.push(() => process.end())
  for (const [at, { prefix, process }] of workers.entries()) {
    await process.order({ do: 'start', path, prefix })
    await process.order({ do: 'share', first: at === 0 })
  }
  // One after the other: two invalidations at once might be one event to a third.
  let invalidations = 0
  for (const { process } of workers) {
    invalidations += (await process.order({ do: 'run' })).invalidated
    for (const each of workers) await each.process.order({ do: 'hear', invalidations })
  }
  const counted = await Promise.all(workers.map(({ process }) => process.order({ do: 'wait' })))

  const asking = createInvalidator({ namespace: 'counted', store: sqliteStore({ path }) })
  cleanUp.push(() => asking.close())
  const registry = new Registry()
  const stop = prometheusMetrics(
    async () => (await asking.workers.stats({ timeoutMs: 5_000 })).workers.map(({ stats }) => stats),
    { registry },
  )
  const scraped = await (await served(registry)).scrape()
  for (const { worker, counts, live } of counted) {
    // Heartbeats and claims are the cache's own affair.
    const {
      'rekindle.store.calls answered': answered,
      'rekindle.store.duration': timed,
      'rekindle.store.time': _,
      ...others
    } = countsOf(scraped, worker)
    expect(others).toEqual(counts)
    expect(answered).toBe(timed)
    expect(answered).toBeGreaterThan(counts['rekindle.written.configs']!)
    expect(gauges(scraped, worker)).toEqual({
      'rekindle.requests.waiting': 1,
      'rekindle.agents.live': live,
      'rekindle.agents.idle': live - 1,
      'rekindle.agents.in_use': 1,
      'rekindle.builds.in_progress': 1,
      'rekindle.store.up': 1,
      'rekindle.synced': 1,
      'rekindle.settings.config_ttl': settings.ttlMinutes * 60,
      'rekindle.settings.live_ttl': settings.ttlMinutes * 60,
      'rekindle.settings.idle': settings.idleMinutes * 60,
      'rekindle.settings.max_agents': settings.maxAgents,
    })
  }
  expect(scraped.get('rekindle_scrape_failures_total')!.metrics).toEqual([{ value: '0' }])

  await workers[0]!.process.order({ do: 'close' })
  const [, left] = counted
  const later = await (await served(registry)).scrape()
  expect(later.get('rekindle_agents_live')!.metrics.map(({ labels }) => labels?.['worker'])).toEqual([left!.worker])
  stop()
  expect(registry.getMetricsAsArray()).toEqual([])
})

test('a histogram has what took up to each edge, and the sum of all in seconds', async () => {
  const agents = new TestAgents()
  const stats = agents.cache.stats()
  const histogram = [0.000_25, 0.001, 2 ** (1 / 4) / 1000, 4 ** 13 / 1000, 4 ** 13.5 / 1000].map((ms) => [ms, 2] as const)
  const registry = new Registry()
  const work = { load: { ...stats.work.load, count: 10, sum: 1_500, histogram }, create: stats.work.create }
  prometheusMetrics(() => [{ ...stats, work }], { registry })
  const scraped = await (await served(registry)).scrape()
  const values = (suffix: string) => scraped.get(`rekindle_load_duration_seconds_${suffix}`)!.metrics.map(({ value }) => value)
  expect(values('bucket')).toEqual(['2', '4', ...durationEdges.slice(2, -1).map(() => '6'), '8', '10'])
  expect(values('sum')).toEqual(['1.5'])
  expect(values('count')).toEqual(['10'])
})

test('an audit is there as far as something has been compared, and only the minutes that are known', async () => {
  const stats = new TestAgents().cache.stats()
  const window = { audited: 200, inconsistent: 1, nines: 2.3 }
  const windows = [
    { ...window, minutes: 1 as const },
    { minutes: 5 as const, audited: 0, inconsistent: 0, nines: undefined },
    // Of a later version, or made up.
    { ...window, minutes: 99 as 1 },
  ]
  const registry = new Registry()
  prometheusMetrics(() => [{ ...stats, audit: { ...stats.audit, skipped: 3, windows } }], { registry })
  const scraped = await (await served(registry)).scrape()
  const of = (name: string, label: string) => scraped.get(name)!.metrics.map(({ labels, value }) => `${labels?.[label]} ${value}`)
  expect(of('rekindle_audit_nines', 'minutes')).toEqual(['1 2.3'])
  expect(of('rekindle_audit_recent', 'minutes')).toEqual(['1 200', '5 0'])
  expect(of('rekindle_audit_recent_inconsistent', 'minutes')).toEqual(['1 1', '5 0'])
  expect(of('rekindle_audit_checks_total', 'outcome')).toContain('skipped 3')
})

test('caches of one process stand in one registry, each with its labels, until each has been taken out', async () => {
  const registry = new Registry()
  const one = new TestAgents({ namespace: 'one' })
  const two = new TestAgents({ namespace: 'two "\\\n' })
  const stops = [one, two].map(({ cache }) => prometheusMetrics(cache, { registry }))
  await one.ask()
  await two.ask()
  await two.ask()
  const { scrape } = await served(registry)
  const builds = async () =>
    (await scrape())
      .get('rekindle_requests_total')
      ?.metrics.filter(({ labels }) => labels?.['tier'] !== 'config')
      .map(({ labels, value }) => `${labels?.['namespace']} ${labels?.['tier']} ${value}`)
  expect(await builds()).toEqual(['one memory 0', 'one build 1', 'two "\\\n memory 1', 'two "\\\n build 1'])
  stops[0]!()
  stops[0]!()
  expect(await builds()).toEqual(['two "\\\n memory 1', 'two "\\\n build 1'])
  stops[1]!()
  expect(await builds()).toBeUndefined()
  prometheusMetrics(one.cache, { registry })
  expect(await builds()).toEqual(['one memory 0', 'one build 1'])
})

test('a cache that two sources have is scraped once', async () => {
  const registry = new Registry()
  const { cache } = new TestAgents()
  prometheusMetrics(cache, { registry })
  prometheusMetrics(() => [cache.stats()], { registry })
  expect((await (await served(registry)).scrape()).get('rekindle_agents_live')!.metrics).toHaveLength(1)
})

test('one scrape reads the numbers once', async () => {
  const registry = new Registry()
  const { cache } = new TestAgents()
  let reads = 0
  prometheusMetrics(() => (reads++, [cache.stats()]), { registry })
  await registry.metrics()
  await registry.metrics()
  expect(reads).toBe(2)
})

test.each([
  ['fails', () => Promise.reject(new Error('nobody answers'))],
  ['throws', () => JSON.parse('nothing')],
  ['never comes', () => new Promise<never>(() => {})],
  ['gives something else', () => [{}]],
])('a read that %s costs its own numbers, says so, and leaves all others', async (_, read: () => unknown) => {
  const registry = new Registry()
  new Gauge({ name: 'other', help: 'another', registers: [registry] }).set(7)
  const { cache } = new TestAgents({ namespace: 'fine' })
  const errors: unknown[] = []
  const onError = (error: unknown) => {
    errors.push(error)
    throw error
  }
  prometheusMetrics(cache, { registry })
  prometheusMetrics(read as () => [], { registry, timeoutMs: 50, onError })
  const { scrape } = await served(registry)
  await scrape()
  const scraped = await scrape()
  expect(scraped.get('other')!.metrics).toEqual([{ value: '7' }])
  expect(scraped.get('rekindle_agents_live')!.metrics.map(({ labels }) => labels?.['namespace'])).toEqual(['fine'])
  expect(scraped.get('rekindle_scrape_failures_total')!.metrics).toEqual([{ value: '2' }])
  expect(errors).toHaveLength(2)
})

test('names that the registry has already are left as they were, with nothing half put in', () => {
  const registry = new Registry()
  const other = new Gauge({ name: 'rekindle_synced', help: 'not ours', registers: [registry] })
  const { cache } = new TestAgents()
  expect(() => prometheusMetrics(cache, { registry })).toThrow('rekindle_synced has already been registered')
  expect(registry.getMetricsAsArray()).toEqual([other])
})

test('a registry of OpenMetrics has them as that wants them, one cache or two', async () => {
  const registry = new Registry<OpenMetricsContentType>()
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const [one, two] = ['one', 'two'].map((namespace) => new TestAgents({ namespace }))
  const stops = [prometheusMetrics(one!.cache, { registry })]
  await one!.cache.acquire(keyOf())
  const { text } = await served(registry)
  await text()
  stops.push(prometheusMetrics(two!.cache, { registry }))
  const lines = (await text()).split('\n').filter((line) => /^(# TYPE )?rekindle_requests(_total\{.*build.*)? /.test(line))
  expect(lines.map((line) => line.replace(/worker="[^"]*",/, ''))).toEqual([
    '# TYPE rekindle_requests counter',
    'rekindle_requests_total{namespace="one",tier="build"} 1',
    'rekindle_requests_total{namespace="two",tier="build"} 0',
  ])
  for (const stop of stops) stop()
  expect(registry.getMetricsAsArray()).toEqual([])
  const again = prometheusMetrics(one!.cache, { registry })
  expect(await text()).toContain('\nrekindle_requests_total{')
  again()
  expect(registry.getMetricsAsArray()).toEqual([])
})
