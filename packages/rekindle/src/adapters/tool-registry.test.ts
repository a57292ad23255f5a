import { describe, expect, it, vi } from 'vitest'
import type { AgentConfig } from '../agent-config/agent-config.ts'
import { InvalidOptionsError, UnknownToolError, UnsupportedConfigError } from '../errors.ts'
import { frameworkAgents } from './framework-agents.ts'
import { ToolRegistry, type Tools } from './tool-registry.ts'

interface AgentTool {
  readonly description: string
}

const clock: AgentTool = { description: 'The time.' }
const key = { agentId: '1', userId: 'ann' }
const signal = new AbortController().signal

/** An agent that is nothing but its tools, by name. */
function agentsWith(tools: Tools<AgentTool>, resolveSecret?: (name: string) => string) {
  const registry = new ToolRegistry(tools, resolveSecret)
  return frameworkAgents(async (config, making) => {
    const made = await registry.make(config.tools ?? [], '$.tools', making)
    return Object.fromEntries(made.map(({ name, tool }) => [name, tool]))
  })
}

function make(references: AgentConfig['tools'] & object, tools: Tools<AgentTool>, resolveSecret?: (name: string) => string) {
  const config: AgentConfig = { version: 1, model: 'local:m', tools: references }
  return agentsWith(tools, resolveSecret).createAgent(config, key, { signal, ignored: () => {} })
}

/** A tool that writes down when it is closed. */
function openTool(name: string, closed: string[], failure?: Error): AgentTool {
  const close = async () => {
    closed.push(name)
    if (failure !== undefined) throw failure
  }
  return Object.assign({ ...clock }, { [Symbol.asyncDispose]: close })
}

describe('ToolRegistry', () => {
  it('shares a plain tool as the same object', async () => {
    const [one, two] = await Promise.all([make(['clock'], { clock }), make([{ name: 'clock' }], { clock })])
    expect(one.clock).toBe(clock)
    expect(two.clock).toBe(clock)
  })

  it('keeps the order of the config, not of the registry', async () => {
    const made = await make(['c', 'a', 'b'], { a: clock, b: clock, c: () => clock })
    expect(Object.keys(made)).toEqual(['c', 'a', 'b'])
  })

  it("gives a factory the reference's options with secrets in place, and the key it may depend on", async () => {
    const search = vi.fn(() => clock)
    await make([{ name: 'search', options: { index: 'docs', token: { $secret: 'TOKEN' } } }], { search }, (name) => `<${name}>`)
    await make(['search'], { search })
    expect(search.mock.calls).toEqual([
      [
        { index: 'docs', token: '<TOKEN>' },
        { key, signal },
      ],
      [{}, { key, signal }],
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
    const made = await make(['__proto__'], JSON.parse('{"__proto__":{"inputSchema":{}}}') as Tools<AgentTool>)
    expect(Object.keys(made)).toEqual(['__proto__'])
  })

  it('does not drop options that a tool cannot take', async () => {
    await expect(make([{ name: 'clock', options: { zone: 'UTC' } }], { clock })).rejects.toThrow(UnsupportedConfigError)
    await expect(make([{ name: 'clock', options: {} }], { clock })).resolves.toEqual({ clock })
  })

  it('closes what it had opened when a later factory fails, and reports that failure only', async () => {
    const closed: string[] = []
    const failure = new Error('no such index')
    const tools: Tools<AgentTool> = {
      one: () => openTool('one', closed),
      two: () => openTool('two', closed, new Error('cannot close')),
      three: () => Promise.reject(failure),
    }
    await expect(make(['one', 'two', 'three'], tools)).rejects.toBe(failure)
    expect(closed).toEqual(['one', 'two'])
  })
})

describe('a registry', () => {
  it('names the factory that gives no tool', async () => {
    await expect(make(['lost'], { lost: (() => undefined) as never })).rejects.toThrow(
      'the factory tools.lost must give a tool; it gave undefined.',
    )
  })

  it('refuses a tool under another name than the one its framework would show to the model', async () => {
    const named = { ...clock, name: 'clock' }
    const nameOf = (tool: AgentTool) => (tool as typeof named).name
    expect(() => new ToolRegistry({ time: named }, undefined, nameOf)).toThrow("tools.time is a tool called 'clock'")
    expect(() => new ToolRegistry({ clock: named, later: () => named }, undefined, nameOf)).not.toThrow()
  })

  it('refuses an entry that is no tool when it is given, not when a config first names it', () => {
    expect(() => new ToolRegistry({ clock, lost: undefined } as never, undefined)).toThrow(InvalidOptionsError)
    expect(() => new ToolRegistry({ clock, lost: 'x' } as never, undefined)).toThrow(
      /tools\.lost must be a tool or a function that makes one/,
    )
  })
})
