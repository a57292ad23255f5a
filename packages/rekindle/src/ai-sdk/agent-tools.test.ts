import { tool } from 'ai'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { InvalidOptionsError, UnknownToolError, UnsupportedConfigError } from '../errors.ts'
import { type AgentTool, closeTools, makeTools, type ToolContext, toolRegistry, type Tools } from './agent-tools.ts'

const clock = tool({ description: 'The time.', inputSchema: z.object({}), execute: () => 'noon' })
const context: ToolContext = { key: { agentId: '1', userId: 'ann' }, signal: new AbortController().signal }

function make(references: Parameters<typeof makeTools>[0], tools: Tools, resolveSecret?: (name: string) => string) {
  return makeTools(references, toolRegistry(tools), context, resolveSecret)
}

/** A tool that writes down when it is closed. */
function openTool(name: string, closed: string[], failure?: Error): AgentTool {
  const close = async () => {
    closed.push(name)
    if (failure !== undefined) throw failure
  }
  return Object.assign({ ...clock }, { [Symbol.asyncDispose]: close })
}

describe('makeTools', () => {
  it('shares a plain tool as the same object', async () => {
    const [one, two] = await Promise.all([make(['clock'], { clock }), make([{ name: 'clock' }], { clock })])
    expect(one.tools.clock).toBe(clock)
    expect(two.tools.clock).toBe(clock)
  })

  it('keeps the order of the config, not of the registry', async () => {
    const made = await make(['c', 'a', 'b'], { a: clock, b: clock, c: () => clock })
    expect(Object.keys(made.tools)).toEqual(['c', 'a', 'b'])
  })

  it("gives a factory the reference's options with secrets in place, and the key it may depend on", async () => {
    const search = vi.fn(() => clock)
    await make([{ name: 'search', options: { index: 'docs', token: { $secret: 'TOKEN' } } }], { search }, (name) => `<${name}>`)
    await make(['search'], { search })
    expect(search.mock.calls).toEqual([
      [{ index: 'docs', token: '<TOKEN>' }, context],
      [{}, context],
    ])
  })

  it('names an unknown tool, where it stands and what there is, before any factory has run', async () => {
    const factory = vi.fn(() => clock)
    const error = await make(['factory', { name: 'clok' }], { factory, clock }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UnknownToolError)
    expect(error).toMatchObject({
      path: '$.tools[1]',
      tool: 'clok',
      message:
        "$.tools[1]: there is no tool 'clok'; there are 'factory', 'clock'. Add it to tools, or take it out of the config.",
    })
    expect(factory).not.toHaveBeenCalled()
  })

  it('takes no property of the prototype for a tool', async () => {
    await expect(make(['toString'], { clock })).rejects.toThrow(UnknownToolError)
    const made = await make(['__proto__'], JSON.parse('{"__proto__":{"inputSchema":{}}}') as Tools)
    expect(Object.keys(made.tools)).toEqual(['__proto__'])
  })

  it('does not drop options that a tool cannot take', async () => {
    await expect(make([{ name: 'clock', options: { zone: 'UTC' } }], { clock })).rejects.toThrow(UnsupportedConfigError)
    await expect(make([{ name: 'clock', options: {} }], { clock })).resolves.toMatchObject({ open: [] })
  })

  it('closes what it had opened when a later factory fails, and reports that failure only', async () => {
    const closed: string[] = []
    const failure = new Error('no such index')
    const tools: Tools = {
      one: () => openTool('one', closed),
      two: () => openTool('two', closed, new Error('cannot close')),
      three: () => Promise.reject(failure),
    }
    await expect(make(['one', 'two', 'three'], tools)).rejects.toBe(failure)
    expect(closed).toEqual(['one', 'two'])
  })
})

describe('toolRegistry', () => {
  it('refuses an entry that is no tool when it is given, not when a config first names it', () => {
    expect(() => toolRegistry({ clock, lost: undefined } as never)).toThrow(InvalidOptionsError)
    expect(() => toolRegistry({ clock, lost: 'x' } as never)).toThrow(/tools\.lost must be a tool or a function that makes one/)
  })
})

describe('closeTools', () => {
  it('closes every tool, whichever fail', async () => {
    const closed: string[] = []
    const failure = new Error('gone')
    await expect(closeTools([openTool('a', closed, failure), openTool('b', closed)])).rejects.toBe(failure)
    expect(closed).toEqual(['a', 'b'])
    await expect(closeTools([openTool('a', [], failure), openTool('b', [], failure)])).rejects.toMatchObject({
      errors: [failure, failure],
    })
  })

  it('closes a tool that is disposed of synchronously', async () => {
    const dispose = vi.fn()
    await closeTools([Object.assign({ ...clock }, { [Symbol.dispose]: dispose })])
    expect(dispose).toHaveBeenCalledOnce()
  })
})
