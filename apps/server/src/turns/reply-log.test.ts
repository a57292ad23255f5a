import { setImmediate as turn } from 'node:timers/promises'
import type { UIMessage, UIMessageChunk } from 'ai'
import { readUIMessageStream } from 'ai'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReplyLog, ReplyTooLongError } from './reply-log.ts'

const ample = 1_000_000
const delta = (id: string, text: string): UIMessageChunk => ({ type: 'text-delta', id, delta: text })

async function assembled(chunks: readonly UIMessageChunk[]): Promise<UIMessage | undefined> {
  let message: UIMessage | undefined
  for await (const each of readUIMessageStream({ stream: ReadableStream.from(chunks) })) message = each
  return message
}

async function gathered(chunks: AsyncIterable<UIMessageChunk>): Promise<UIMessageChunk[]> {
  const all: UIMessageChunk[] = []
  for await (const chunk of chunks) all.push(chunk)
  return all
}

/** A reply of parts that are open side by side, as a stream has them. */
const replies: fc.Arbitrary<UIMessageChunk[]> = fc
  .array(
    fc.oneof(
      fc.record({
        part: fc.constantFrom('text', 'reasoning', 'tool-input'),
        id: fc.constantFrom('a', 'b'),
        text: fc.oneof(fc.string(), fc.constant('long '.repeat(500))),
      }),
      fc.constant('step' as const),
    ),
    { maxLength: 40 },
  )
  .map((events) => {
    const open = new Set<string>()
    const chunks: UIMessageChunk[] = [{ type: 'start', messageId: 'reply' }, { type: 'start-step' }]
    for (const event of events) {
      if (event === 'step') {
        chunks.push({ type: 'finish-step' }, { type: 'start-step' })
        open.clear()
        continue
      }
      const { part, id, text } = event
      const first = !open.has(part + id)
      open.add(part + id)
      if (part === 'tool-input') {
        if (first) chunks.push({ type: 'tool-input-start', toolCallId: id, toolName: 'tool' })
        chunks.push({ type: 'tool-input-delta', toolCallId: id, inputTextDelta: text })
      } else {
        const kind = part as 'text' | 'reasoning'
        if (first) chunks.push({ type: `${kind}-start`, id })
        chunks.push({ type: `${kind}-delta`, id, delta: text })
      }
    }
    return [...chunks, { type: 'finish' }]
  })

describe('a reply log', () => {
  it('gives every reader the whole reply, however fast each of them reads and whenever it comes', async () => {
    const pauses = fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 10 })
    const readers = fc.array(fc.record({ from: fc.nat({ max: 30 }), pauses }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(replies, pauses, readers, async (chunks, writing, reading) => {
        const log = new ReplyLog(ample)
        const rest = async (times: number): Promise<void> => {
          for (let at = 0; at < times; at++) await turn()
        }
        const write = async (): Promise<void> => {
          for (const [at, chunk] of chunks.entries()) {
            log.append(chunk)
            await rest(writing[at % writing.length]!)
          }
          log.end()
        }
        const read = async ({ from, pauses: waits }: { from: number; pauses: number[] }): Promise<UIMessageChunk[]> => {
          await rest(from)
          const got: UIMessageChunk[] = []
          for await (const chunk of log.read()) {
            got.push(chunk)
            await rest(waits[got.length % waits.length]!)
          }
          return got
        }
        const [whole, , ...got] = await Promise.all([assembled(chunks), write(), ...reading.map(read)])
        for (const each of got) expect(await assembled(each)).toEqual(whole)
      }),
      { numRuns: 150 },
    )
  })

  it('gives a reader that keeps up every chunk as it came', async () => {
    const log = new ReplyLog(ample)
    const chunks: UIMessageChunk[] = [{ type: 'start' }, delta('1', 'one'), delta('1', ' two'), { type: 'finish' }]
    const got: UIMessageChunk[] = []
    const reading = (async () => {
      for await (const chunk of log.read()) got.push(chunk)
    })()
    for (const chunk of chunks) {
      log.append(chunk)
      await turn()
    }
    log.end()
    await reading
    expect(got).toEqual(chunks)
  })

  it('gives one that comes late the deltas of a part as one', () => {
    const log = new ReplyLog(ample)
    for (const text of ['one', ' two', ' three']) log.append(delta('1', text))
    log.append(delta('2', 'other'))
    expect(log.cursor().rest()).toEqual([delta('1', 'one two three'), delta('2', 'other')])
  })

  it('joins them up to a size that costs little to read again and again', () => {
    const log = new ReplyLog(ample)
    for (let at = 0; at < 100; at++) log.append(delta('1', 'x'.repeat(1_000)))
    const chunks = log.cursor().rest()
    expect(chunks).toHaveLength(20)
    expect(chunks.every((chunk) => chunk.type === 'text-delta' && chunk.delta.length === 5_000)).toBe(true)
  })

  it('joins nothing that says more than its text', () => {
    const log = new ReplyLog(ample)
    const signed: UIMessageChunk = { type: 'reasoning-delta', id: '1', delta: '', providerMetadata: { p: { signature: 's' } } }
    const chunks = [{ ...delta('1', 'one') }, signed, signed]
    for (const chunk of chunks) log.append(chunk)
    expect(log.cursor().rest()).toEqual(chunks)
  })

  it('takes no more than its bound, and one last word', () => {
    const log = new ReplyLog(1_000)
    log.append(delta('1', 'x'.repeat(900)))
    expect(() => log.append(delta('1', 'x'.repeat(100)))).toThrow(ReplyTooLongError)
    expect(() => log.append({ type: 'text-start', id: 'x'.repeat(100) })).toThrow(ReplyTooLongError)
    log.appendLast({ type: 'error', errorText: 'too long' })
    expect(log.cursor().rest()).toEqual([delta('1', 'x'.repeat(900)), { type: 'error', errorText: 'too long' }])
  })

  it('lets go of a reader that leaves', async () => {
    const log = new ReplyLog(ample)
    const left = new AbortController()
    log.append({ type: 'start' })
    const reading = gathered(log.read(left.signal))
    await turn()
    left.abort()
    log.append({ type: 'finish' })
    expect(await reading).toEqual([{ type: 'start' }])
  })
})
