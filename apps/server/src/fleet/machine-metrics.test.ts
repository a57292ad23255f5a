import { createAgentCache } from 'rekindle'
import { expect, test } from 'vitest'
import { machineMetrics } from './machine-metrics.ts'

const here = 'web-1:10:0123456789ab:aaaaaaaa'
const beside = 'web-1:20:0123456789ab:bbbbbbbb'
const elsewhere = 'web-2:10:ba9876543210:cccccccc'
const about = { rssBytes: 1_000, eventLoopDelayMs: 2.5, turns: 3, sockets: 4 }

test('a machine tells of its own workers alone, and how many of them were silent', async () => {
  await using agents = createAgentCache({ namespace: 'x', loadConfig: () => ({}), createAgent: () => ({}) })
  await agents.use({ agentId: 'a', userId: 'u', sessionId: 's', reasoning: false }, () => {})
  const of = (worker: string) => ({ worker, about, stats: { ...agents.stats(), worker } })
  const workers = [of(here), { ...of(beside), about: { turns: 'of another release' } }, of(elsewhere)]
  const silent = ['web-1:30:0123456789ab:dddddddd', 'web-2:30:ba9876543210:eeeeeeee']
  const text = await machineMetrics({ workers, silent, unreachable: false }, here)
  expect(text).not.toContain('web-2')
  expect(text.match(/^rekindle_requests_total\{.*tier="build".* 1$/gm)).toHaveLength(2)
  expect(text).toContain(`\nrekindle_server_event_loop_delay_seconds{namespace="x",worker="${here}"} 0.0025\n`)
  expect(text.match(/^rekindle_server_turns\{.*/gm)).toEqual([`rekindle_server_turns{namespace="x",worker="${here}"} 3`])
  expect(text).toContain('\nrekindle_server_silent_workers 1\n')
  expect(text).toContain('\nrekindle_server_workers_unknown 0\n')
  const alone = await machineMetrics({ workers: [of(here)], silent: [], unreachable: true }, here)
  expect(alone).toContain('\nrekindle_server_workers_unknown 1\n')
})
