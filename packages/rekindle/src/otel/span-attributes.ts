import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api'
import { RekindleError, textOf } from '../errors.ts'
import { excerptOf, presentable } from '../text/presentable.ts'
import type { OperationMessage, OperationName } from '../tracing.ts'

/** `rekindle.config_read`, … Not `create_agent`: that names a call of a remote service (GenAI conventions). */
export function spanName(operation: OperationName): string {
  return `rekindle.${operation.replaceAll('-', '_')}`
}

/** What is known when it begins. Of the key only the agent: users and sessions are nobody's business but the application's. */
export function attributesAtStart({ namespace, key }: OperationMessage<OperationName>): Attributes {
  return { 'rekindle.namespace': namespace, ...(key.agentId !== undefined && { 'gen_ai.agent.id': key.agentId }) }
}

/** What came of it, if it ended well. */
const outcomes: { readonly [Name in OperationName]: (message: OperationMessage<Name>) => Record<string, unknown> } = {
  acquire: ({ source, reason, fingerprint }) => ({
    'rekindle.source': source,
    'rekindle.reason': reason,
    'gen_ai.agent.version': fingerprint,
  }),
  'config-read': ({ refusal, stale, fingerprint }) => ({
    'rekindle.result': refusal ?? 'used',
    'rekindle.stale': stale,
    'gen_ai.agent.version': fingerprint,
  }),
  load: () => ({}),
  create: ({ fingerprint }) => ({ 'gen_ai.agent.version': fingerprint }),
  dispose: ({ cause }) => ({ 'rekindle.cause': cause }),
}

export function describeEnd<Name extends OperationName>(span: Span, operation: Name, message: OperationMessage<Name>): void {
  if ('error' in message) return describeError(span, message.error)
  for (const [name, value] of Object.entries(outcomes[operation](message))) {
    if (typeof value === 'string' || typeof value === 'boolean') span.setAttribute(name, value)
  }
}

/** Texts of errors quote addresses with passwords, and worse. */
function describeError(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: presentable(excerptOf(textOf(error))) })
  span.setAttribute('error.type', typeOf(error))
}

function typeOf(error: unknown): string {
  if (RekindleError.isInstance(error)) return error.code
  return error instanceof Error ? excerptOf(String(error.name)) : typeof error
}
