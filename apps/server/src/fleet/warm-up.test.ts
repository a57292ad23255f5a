import { expect, it } from 'vitest'
import type { Agents } from '../agents.ts'
import type { Warming } from '../cluster/messages.ts'
import { warmUp } from './warm-up.ts'

type Acquire = Agents['acquire']

function keys(count: number) {
  return Array.from({ length: count }, (_, at) => ({ agentId: `agent-${at}`, userId: 'u', reasoning: 'default' }))
}

/** Agents of which `acquire` decides; each lease is given back. */
function agentsOf(acquire: (agentId: string) => Promise<void>) {
  let held = 0
  const agents = {
    acquire: (async ({ agentId }) => {
      held++
      await acquire(agentId)
      return { [Symbol.dispose]: () => void held-- }
    }) as Acquire,
  }
  return { agents, held: () => held }
}

it('brings each agent into memory once, sixteen at a time, and holds none of them', async () => {
  const asked: string[] = []
  let most = 0
  const world = agentsOf(async (agentId) => {
    asked.push(agentId)
    most = Math.max(most, world.held())
    await Promise.resolve()
  })
  const told: Warming[] = []
  await warmUp({
    agents: world.agents,
    keys: keys(50),
    signal: new AbortController().signal,
    tell: (progress) => told.push(progress),
  })
  expect(asked.toSorted()).toEqual(
    keys(50)
      .map((key) => key.agentId)
      .toSorted(),
  )
  expect({ most, held: world.held() }).toEqual({ most: 16, held: 0 })
  expect(told).toEqual([
    { done: 0, of: 50 },
    { done: 20, of: 50 },
    { done: 40, of: 50 },
    { done: 50, of: 50 },
  ])
})

it('passes over those that cannot be had', async () => {
  const asked: string[] = []
  const agents = agentsOf(async (agentId) => {
    asked.push(agentId)
    throw new Error('deleted')
  })
  await warmUp({ agents: agents.agents, keys: keys(40), signal: new AbortController().signal, tell: () => {} })
  expect(asked).toHaveLength(40)
})

it('leaves the rest when the time is over', async () => {
  const controller = new AbortController()
  let asked = 0
  const { agents } = agentsOf(async () => {
    if (++asked === 16) controller.abort()
    await Promise.resolve()
  })
  await warmUp({ agents, keys: keys(500), signal: controller.signal, tell: () => {} })
  expect(asked).toBe(16)
})
