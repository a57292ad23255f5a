// docs/telemetry.md
const lines: object[] = []
const log = { warn: (line: object) => lines.push(line), error: (line: object) => lines.push(line) }

// #region channels
import { channel, tracingChannel } from 'node:diagnostics_channel'
import { eventChannel, type EventMessage, operationChannel, type OperationMessage } from 'rekindle'

channel(eventChannel('config-refused')).subscribe((message) => {
  const { namespace, worker, event } = message as EventMessage<'config-refused'>
  log.warn({ namespace, worker, agent: event.key.agentId, reason: event.reason })
})

const ignore = () => {} // the types ask for a listener at each point
tracingChannel(operationChannel('load')).subscribe({
  start: ignore,
  end: ignore,
  asyncStart: ignore,
  asyncEnd(message) {
    const { key, error } = message as OperationMessage<'load'>
    if (error !== undefined) log.error({ agent: key.agentId, error })
  },
  error: ignore,
})
// #endregion channels

export { lines }
