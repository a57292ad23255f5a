import { describe, expect, test } from 'vitest'
import { Failure } from './failure.ts'
import { listTools } from './listed-tools.ts'

const tool = (name: string) => ({ name, inputSchema: { type: 'object' } })

/** The message for what the pages come to. */
async function refusal(...pages: unknown[]): Promise<string> {
  const error: unknown = await listTools(async () => pages.shift()).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Failure)
  return (error as Failure).message
}

describe('the tools of a server', () => {
  test('come from all pages, by name', async () => {
    const pages: { [cursor: string]: unknown } = {
      first: { tools: [tool('b'), tool('Z')], nextCursor: 'next' },
      next: { tools: [tool('a')] },
    }
    const tools = await listTools(async (cursor = 'first') => pages[cursor])
    expect(tools.map(({ name }) => name)).toEqual(['Z', 'a', 'b'])
  })

  test('keep fields that this library does not know', async () => {
    const strange = { ...tool('a'), description: 'd', execution: { taskSupport: 'optional' }, later: [1] }
    expect(await listTools(async () => ({ tools: [strange] }))).toEqual([strange])
  })

  test('are refused if one name stands for two', async () => {
    expect(await refusal({ tools: [tool('a')], nextCursor: '1' }, { tools: [tool('a')] })).toBe("lists the tool 'a' twice.")
  })

  test.each([[null], [{}], [{ tools: {} }]])('are refused if there is no list: %j', async (page) => {
    expect(await refusal(page)).toBe('answered tools/list without a list of tools.')
  })

  test.each([[null], [{ name: 'a' }], [{ ...tool('') }], [{ name: 'a', inputSchema: [] }], [{ ...tool('a'), description: 1 }]])(
    'are refused if one is no tool: %j',
    async (odd) => {
      expect(await refusal({ tools: [tool('b'), odd] })).toBe(
        'described a tool (number 1 of a page) without a name, an input schema, or a description that is a text.',
      )
    },
  )

  test('are refused if they do not end, by pages or by number', async () => {
    let pages = 0
    const endless = listTools(async () => ({ tools: [], nextCursor: String(++pages) }))
    await expect(endless).rejects.toThrow('lists its tools on more than 100 pages.')
    expect(pages).toBe(100)
    const many = Array.from({ length: 10_001 }, (_, index) => tool(`t${index}`))
    expect(await refusal({ tools: many, nextCursor: 'more' })).toBe('lists more than 10000 tools.')
  })
})
