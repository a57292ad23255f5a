import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel'
import { type Attributes, type Context, context, type Span, trace, type Tracer } from '@opentelemetry/api'
import type { AgentKey } from '../agent-key.ts'
import type { CacheIdentity } from '../events.ts'
import { operationChannel, type OperationMessage, type OperationName, operationNames } from '../tracing.ts'
import { ContextStore } from './context-store.ts'
import { quietly } from './quietly.ts'
import { attributesAtStart, describeEnd, spanName } from './span-attributes.ts'

export interface SpanParts {
  /** Of the cache: the channels have the messages of all in the process. */
  readonly isOwn: (message: CacheIdentity) => boolean
  readonly tracer: Tracer
  readonly attributesOf: ((key: Partial<AgentKey>) => Attributes) | undefined
}

/** Of one operation at once. The cache has limits of its own; a `loadConfig` that hangs for good is within none of them. */
const maxOpen = 20_000

/**
 * A span for each operation of a cache, within that of the operation that it is part of. Returns the function that ends it, and the
 * spans that are open then.
 */
export function traceSpans(parts: SpanParts): () => void {
  const stops = operationNames.map((operation) => traceOne(operation, parts))
  return () => stops.forEach((stop) => stop())
}

function traceOne<Name extends OperationName>(operation: Name, { isOwn, tracer, attributesOf }: SpanParts): () => void {
  const open = new Map<object, Span>()
  const channel: TracingChannel<Context, OperationMessage<Name>> = tracingChannel(operationChannel(operation))
  const name = spanName(operation)

  const begin = (message: OperationMessage<Name>): Context => {
    const parent = context.active()
    if (!isOwn(message)) return parent
    const span = tracer.startSpan(name, { attributes: attributesAtStart(message) }, parent)
    open.set(message, span)
    if (open.size > maxOpen) forgetOldest()
    if (attributesOf !== undefined) quietly(() => span.setAttributes(attributesOf(message.key)))
    return trace.setSpan(parent, span)
  }
  /** What has hung for so long ends here: the cache has given it up, and nobody will say how it ended. */
  const forgetOldest = (): void => {
    for (const [message, span] of open) {
      open.delete(message)
      quietly(() => span.end())
      return
    }
  }
  const end = (message: OperationMessage<Name>): void => {
    const span = open.get(message)
    if (span === undefined) return
    open.delete(message)
    quietly(() => describeEnd(span, operation, message))
    quietly(() => span.end())
  }

  const store = new ContextStore()
  channel.start.bindStore(store, (message) => quietly(() => begin(message)) ?? context.active())
  channel.asyncEnd.subscribe(end as (message: unknown) => void)
  return () => {
    channel.start.unbindStore(store)
    channel.asyncEnd.unsubscribe(end as (message: unknown) => void)
    for (const span of open.values()) quietly(() => span.end())
    open.clear()
  }
}
