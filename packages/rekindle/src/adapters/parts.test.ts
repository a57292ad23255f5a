import { describe, expect, it, vi } from 'vitest'
import { frameworkAgents } from './framework-agents.ts'
import { closeParts } from './parts.ts'

/** A part that writes down when it is closed. */
function part(name: string, closed: string[], failure?: Error): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      closed.push(name)
      if (failure !== undefined) throw failure
    },
  }
}

describe('closeParts', () => {
  it('closes every part, whichever fail', async () => {
    const closed: string[] = []
    const failure = new Error('gone')
    await expect(closeParts([part('a', closed, failure), part('b', closed)])).rejects.toBe(failure)
    expect(closed).toEqual(['a', 'b'])
    await expect(closeParts([part('a', [], failure), part('b', [], failure)])).rejects.toMatchObject({
      errors: [failure, failure],
    })
  })

  it('closes a part that is disposed of synchronously', async () => {
    const dispose = vi.fn()
    await closeParts([{ [Symbol.dispose]: dispose }])
    expect(dispose).toHaveBeenCalledOnce()
  })
})

describe('frameworkAgents', () => {
  it("closes an agent's parts once, however often it is disposed of", async () => {
    const closed: string[] = []
    const agents = frameworkAgents(async (_, { closeLater }) => {
      closeLater(part('a', closed))
      return {}
    })
    const agent = await agents.createAgent({ version: 1, model: 'a:b' }, {}, { signal: AbortSignal.abort(), ignored: () => {} })
    await agents.disposeAgent(agent)
    await agents.disposeAgent(agent)
    expect(closed).toEqual(['a'])
  })
})
