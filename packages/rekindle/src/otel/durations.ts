import { channel, tracingChannel } from 'node:diagnostics_channel'
import type { Meter } from '@opentelemetry/api'
import { type CacheIdentity, eventChannel, type EventMessage } from '../events.ts'
import { durations } from '../telemetry/metrics.ts'
import { operationChannel } from '../tracing.ts'
import { durationRecorder } from './instruments.ts'
import { quietly } from './quietly.ts'

type Heard = (message: unknown) => void

/** Histograms of the durations that a cache publishes. Returns the function that ends it. */
export function recordDurations(meter: Meter, identity: CacheIdentity, isOwn: (message: CacheIdentity) => boolean): () => void {
  const stops: (() => void)[] = []
  for (const metric of durations) {
    const { published } = metric
    if (published === 'nowhere') continue
    const record = durationRecorder(meter, metric, identity)
    stops.push(published === 'served' ? hearServed(isOwn, record) : hearOperation(published, isOwn, record))
  }
  return () => stops.forEach((stop) => stop())
}

function hearServed(isOwn: (message: CacheIdentity) => boolean, record: (ms: number, tier: string) => void): () => void {
  const heard: Heard = (message) => {
    const { event, ...identity } = message as EventMessage<'served'>
    if (isOwn(identity)) quietly(() => record(event.durationMs, event.source))
  }
  const served = channel(eventChannel('served'))
  served.subscribe(heard)
  return () => served.unsubscribe(heard)
}

/** From when it begins until it has ended well. */
function hearOperation(
  operation: 'load' | 'create',
  isOwn: (message: CacheIdentity) => boolean,
  record: (ms: number) => void,
): () => void {
  const { start, asyncEnd } = tracingChannel(operationChannel(operation))
  const began = new WeakMap<object, number>()
  const begin: Heard = (message) => {
    if (isOwn(message as CacheIdentity)) began.set(message as object, performance.now())
  }
  const end: Heard = (message) => {
    const at = began.get(message as object)
    if (at !== undefined && !('error' in (message as object))) quietly(() => record(performance.now() - at))
  }
  start.subscribe(begin)
  asyncEnd.subscribe(end)
  return () => {
    start.unsubscribe(begin)
    asyncEnd.unsubscribe(end)
  }
}
