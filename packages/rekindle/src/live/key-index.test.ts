import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AgentKey, encodeKey, keyFields, projectKey } from '../agent-key.ts'
import { KeyIndex } from './key-index.ts'

class Node implements AgentKey {
  readonly agentId: string
  readonly userId: string
  readonly sessionId: string
  readonly reasoning: boolean | string
  nextInBucket: Node | undefined = undefined

  constructor({ agentId, userId, sessionId, reasoning }: AgentKey) {
    this.agentId = agentId
    this.userId = userId
    this.sessionId = sessionId
    this.reasoning = reasoning
  }
}

// Few values, so that chains, splits and removals in their middle are common.
const field = fc.constantFrom('a', 'b', 'c', '')
const key: fc.Arbitrary<AgentKey> = fc.record({
  agentId: fc.oneof(field, fc.string()),
  userId: field,
  sessionId: fc.constantFrom('s', 't'),
  reasoning: fc.oneof(fc.boolean(), fc.constantFrom('true', 'x')),
})

describe('KeyIndex', () => {
  test('finds what a Map of encoded keys would find, whatever is added and removed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), key), { maxLength: 200 }), (steps) => {
        const index = new KeyIndex<Node>()
        const model = new Map<string, Node>()
        for (const [add, at] of steps) {
          const id = encodeKey(projectKey(at, keyFields))
          const there = model.get(id)
          expect(index.find(at)).toBe(there)
          if (add && there === undefined) {
            const node = new Node(at)
            model.set(id, node)
            index.add(node)
          } else if (!add && there !== undefined) {
            model.delete(id)
            expect(index.remove(there)).toBe(true)
            expect(index.remove(there)).toBe(false)
          }
          expect(index.size).toBe(model.size)
        }
        expect(new Set(index)).toEqual(new Set(model.values()))
        for (const node of model.values()) expect(index.find(projectKey(node, keyFields))).toBe(node)
      }),
      { numRuns: 1_000 },
    )
  })

  test('removes by identity: an entry of the same key that is not in the index removes nothing', () => {
    const index = new KeyIndex<Node>()
    const at: AgentKey = { agentId: 'a', userId: 'u', sessionId: 's', reasoning: true }
    const there = new Node(at)
    index.add(there)
    expect(index.remove(new Node(at))).toBe(false)
    expect(index.find(at)).toBe(there)
  })

  test.each([
    ['share a session', (n: number) => ({ agentId: 'a', userId: `u${n}`, sessionId: 's', reasoning: true })],
    ['share all but the agent', (n: number) => ({ agentId: `a${n}`, userId: 'u', sessionId: 's', reasoning: true })],
    ['share all but the reasoning', (n: number) => ({ agentId: 'a', userId: 'u', sessionId: 's', reasoning: `r${n}` })],
  ])('compares only a few entries when 10 000 of them %s', (_, keyOf) => {
    let compared = 0
    const index = new KeyIndex<Node>()
    const nodes = Array.from({ length: 10_000 }, (__, n) => watched(new Node(keyOf(n)), () => compared++))
    for (const node of nodes) index.add(node)
    compared = 0
    for (let n = 0; n < 10_000; n++) expect(index.find(keyOf(n))).toBe(nodes[n])
    expect(compared / 10_000).toBeLessThanOrEqual(8)
  })
})

/** Tells each time the chain is followed past this node. */
function watched(node: Node, onStep: () => void): Node {
  let next: Node | undefined
  Object.defineProperty(node, 'nextInBucket', {
    get: () => (onStep(), next),
    set: (value: Node | undefined) => {
      next = value
    },
  })
  return node
}
