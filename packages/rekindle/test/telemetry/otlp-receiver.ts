import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

/** OTLP in JSON, as far as it is looked at here. */
interface KeyValue {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly boolValue?: boolean }
}

interface Point {
  readonly attributes: readonly KeyValue[]
  readonly asDouble?: number
  readonly asInt?: number | string
  readonly count?: number | string
  readonly sum?: number
  readonly explicitBounds?: readonly number[]
  readonly bucketCounts?: readonly (number | string)[]
}

interface Metric {
  readonly name: string
  readonly unit: string
  readonly description: string
  readonly sum?: { readonly dataPoints: readonly Point[]; readonly isMonotonic: boolean }
  readonly gauge?: { readonly dataPoints: readonly Point[] }
  readonly histogram?: { readonly dataPoints: readonly Point[] }
}

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly attributes: readonly KeyValue[]
  readonly status: { readonly code: number; readonly message?: string }
}

interface Received {
  readonly resourceMetrics?: readonly { readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[] }[]
  readonly resourceSpans?: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[]
}

export interface OtlpReceiver extends AsyncDisposable {
  readonly meterProvider: MeterProvider
  readonly tracerProvider: TracerProvider
  /** What arrives when all is collected and sent now. */
  metrics(): Promise<readonly Metric[]>
  /** All that have arrived, when all that have ended are sent. */
  spans(): Promise<readonly Span[]>
  /** All that has come, word for word. */
  readonly bodies: readonly string[]
}

/** OpenTelemetry as an application sets it up, and the collector that it sends to. */
export async function otlpReceiver(): Promise<OtlpReceiver> {
  const bodies: string[] = []
  const received: Received[] = []
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      bodies.push(body)
      received.push(JSON.parse(body) as Received)
      response.setHeader('content-type', 'application/json').end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const exporter = new OTLPMetricExporter({ url: `${url}/v1/metrics` })
  const meterProvider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
  })
  const tracerProvider = new TracerProvider({
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${url}/v1/traces` }) })],
  })
  return {
    meterProvider,
    tracerProvider,
    bodies,
    async metrics() {
      await meterProvider.forceFlush()
      const latest = received.findLast(({ resourceMetrics }) => resourceMetrics !== undefined)
      return (latest?.resourceMetrics ?? []).flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    },
    async spans() {
      await tracerProvider.forceFlush()
      return received.flatMap(({ resourceSpans = [] }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      )
    },
    async [Symbol.asyncDispose]() {
      await meterProvider.shutdown()
      await tracerProvider.shutdown()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

/** Attributes as an object. */
export function attributesOf({ attributes }: { readonly attributes: readonly KeyValue[] }): Record<string, string | boolean> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.boolValue ?? '?']))
}

/** Spans as a tree, each line one span, indented below its parent; siblings as they ended. */
export function treeOf(spans: readonly Span[]): string[] {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const below = (parent: string | undefined, depth: number): string[] =>
    spans
      .filter(({ parentSpanId }) => (parent === undefined ? !ids.has(parentSpanId ?? '') : parentSpanId === parent))
      .flatMap(({ name, spanId }) => [`${'  '.repeat(depth)}${name}`, ...below(spanId, depth + 1)])
  return below(undefined, 0)
}
