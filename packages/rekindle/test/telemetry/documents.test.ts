import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createAgentCache } from '../../src/index.ts'
import { prometheusName } from '../../src/prometheus/metric-name.ts'
import { durations, failedReads, numbers } from '../../src/telemetry/metrics.ts'
import { selectorsOf } from './promql.ts'

const docs = join(import.meta.dirname, '../../../../docs')
const metrics = [...numbers, ...durations, failedReads]

const stats = createAgentCache({ namespace: 'none', loadConfig: () => ({}), createAgent: () => ({}) }).stats()
const audited = { minutes: 10, audited: 1, inconsistent: 0, nines: 1 } as const
const all = { ...stats, audit: { ...stats.audit, windows: [1, 5, 10].map((minutes) => ({ ...audited, minutes: minutes as 1 })) } }

/** What a metric's attribute may be. */
function valuesOf(metric: (typeof metrics)[number]): readonly string[] {
  return 'read' in metric ? metric.read(all).flatMap(({ of }) => of ?? []) : []
}

test('each metric has a name of its own, in OpenTelemetry and in Prometheus, and a help that ends', () => {
  expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length)
  expect(new Set(metrics.map(prometheusName)).size).toBe(metrics.length)
  for (const { name, help } of metrics) {
    expect(name).toMatch(/^rekindle(\.[a-z]+(_[a-z]+)*)+$/)
    expect(help).toMatch(/^[A-Z1].*\.$/)
    // OpenMetrics has its own use for these.
    expect(prometheusName(metrics.find((each) => each.name === name)!)).not.toMatch(/_(created|count|sum|bucket|info)(_total)?$/)
  }
})

test('the table of docs/telemetry.md is the list of metrics', () => {
  const rows = readFileSync(join(docs, 'telemetry.md'), 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, name, inPrometheus]) => name?.startsWith('`rekindle.') && inPrometheus?.startsWith('`rekindle_'))
  const expected = metrics.map((metric) => {
    const attribute = 'attribute' in metric && metric.attribute !== undefined ? `\`${metric.attribute}\`` : ''
    const unit = metric.unit === '' ? '' : `\`${metric.unit}\``
    return ['', `\`${metric.name}\``, `\`${prometheusName(metric)}\``, metric.kind, unit, attribute, metric.help, '']
  })
  expect(rows).toEqual(expected)
})

describe('the Grafana dashboard', () => {
  interface Panel {
    readonly id: number
    readonly type: string
    readonly title: string
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
    readonly datasource?: { readonly uid: string }
    readonly targets?: readonly { readonly refId: string; readonly expr: string; readonly legendFormat: string }[]
  }
  const dashboard = JSON.parse(readFileSync(join(docs, 'grafana/rekindle.json'), 'utf8')) as {
    readonly uid: string
    readonly title: string
    readonly schemaVersion: number
    readonly templating: {
      readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[]
    }
    readonly panels: readonly Panel[]
  }
  const targets = dashboard.panels.flatMap(({ title, targets: of = [] }) => of.map((target) => ({ title, ...target })))

  /** What Prometheus has of each metric, with the labels there. */
  const series = new Map(
    metrics.flatMap((metric) => {
      const name = prometheusName(metric)
      const own = metric === failedReads ? [] : ['namespace', 'worker']
      const values = new Map(own.map((label) => [label, undefined as readonly string[] | undefined]))
      if ('attribute' in metric && metric.attribute !== undefined) values.set(metric.attribute, valuesOf(metric))
      if (metric.kind !== 'histogram') return [[name, { kind: metric.kind as string, labels: values }] as const]
      return ['bucket', 'sum', 'count'].map((suffix) => {
        const labels = new Map(values)
        if (suffix === 'bucket') labels.set('le', undefined)
        return [`${name}_${suffix}`, { kind: 'counter', labels }] as const
      })
    }),
  )

  test.each(targets)('$title, $refId: asks for what there is', ({ expr, legendFormat }) => {
    const selectors = selectorsOf(expr)
    expect(selectors.length).toBeGreaterThan(0)
    for (const { series: name, matchers, within, grouping } of selectors) {
      expect([...series.keys()]).toContain(name)
      const { kind, labels } = series.get(name)!
      for (const [label, values] of Object.entries(matchers)) {
        expect([...labels.keys()]).toContain(label)
        const known = labels.get(label)
        if (known !== undefined) expect(known).toEqual(expect.arrayContaining([...values]))
      }
      for (const label of grouping) expect([...labels.keys()]).toContain(label)
      // Everything is of the namespaces and workers that are chosen.
      if (labels.has('worker')) {
        expect(matchers).toMatchObject({ namespace: ['$namespace'], worker: ['$worker'] })
      }
      expect(['rate', 'increase'].includes(within.at(-1) ?? '')).toBe(kind === 'counter')
      if (within.includes('histogram_quantile')) expect(grouping).toContain('le')
    }
    for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
      const kept = selectors.every(
        ({ within, grouping }) => within.length === 0 || within.includes('scalar') || grouping.includes(label!),
      )
      expect(kept, `${label} is not there any more`).toBe(true)
    }
  })

  test('uses each metric at least once', () => {
    const used = new Set(targets.flatMap(({ expr }) => selectorsOf(expr).map(({ series: name }) => name)))
    const unused = metrics
      .map((metric) => prometheusName(metric))
      .filter((name) => !used.has(name) && !used.has(`${name}_bucket`))
    expect(unused).toEqual([])
  })

  test('has panels of their own places, each with a number and a source of its own', () => {
    const { panels } = dashboard
    expect(dashboard).toMatchObject({ uid: 'rekindle', title: 'Rekindle', schemaVersion: 39 })
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    for (const { type, gridPos, datasource, targets: of = [] } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      if (type === 'row') continue
      expect(['stat', 'timeseries', 'heatmap']).toContain(type)
      expect(datasource?.uid).toBe('${datasource}')
      expect(new Set(of.map(({ refId }) => refId)).size).toBe(of.length)
    }
    expect(dashboard.templating.list.map(({ name, type, definition }) => [name, type, definition])).toEqual([
      ['datasource', 'datasource', undefined],
      ['namespace', 'query', 'label_values(rekindle_agents_live, namespace)'],
      ['worker', 'query', 'label_values(rekindle_agents_live{namespace=~"$namespace"}, worker)'],
    ])
  })
})
