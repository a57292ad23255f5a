import { describe, expect, test } from 'vitest'
import type { RecordingPage } from '../watch/watcher.ts'
import { Recorder } from './recorder.ts'
import { headLine, readRecording } from './recording-file.ts'

const whole = 2 ** 31

function page(changes: Partial<RecordingPage>): RecordingPage {
  return { since: 1_000, until: 5_000, requests: 0, threshold: whole, next: 0, more: false, events: [], ...changes }
}

async function* linesOf(text: string): AsyncIterable<string> {
  yield* text.split('\n')
}

describe('what is recorded', () => {
  test('is read back as it was: by worker, with its counts and the smallest sample', async () => {
    const recorder = new Recorder()
    const marks = [
      { at: 1_000, requests: 0, told: 0 },
      { at: 5_000, requests: 90, told: 3 },
    ]
    const text =
      headLine() +
      recorder.lines([
        { worker: 'host:1 "quoted"\n', page: page({ requests: 90, events: [2_000, 17, 4_000, 255], marks, truncated: true }) },
        { worker: 'host:2', page: page({ since: 500, requests: 2, threshold: 1_000, events: [3_000, 17] }) },
      ])
    expect([recorder.events, recorder.requests, recorder.workers]).toEqual([3, 92, 2])
    const [one, two] = await readRecording(linesOf(text))
    expect(one).toMatchObject({
      since: 1_000,
      until: 5_000,
      requests: 90,
      threshold: whole,
      events: [2_000, 17, 4_000, 255],
      truncated: true,
      marks,
    })
    expect(two).toMatchObject({ since: 500, requests: 2, threshold: 1_000, events: [3_000, 17], truncated: false })
    expect(two!.marks?.every(({ told }) => told === undefined)).toBe(true)
  })

  test('counts what a worker forgets meanwhile once, and exactly where it forgets nothing', () => {
    const recorder = new Recorder()
    const marked = (since: number, until: number, requests: number, from = 0) =>
      page({
        since,
        until,
        requests,
        marks: [
          { at: since, requests: 0, told: 0 },
          ...(from ? [{ at: 5_000, requests: from, told: from }] : []),
          { at: until, requests, told: requests },
        ],
      })
    recorder.lines([{ worker: 'a', page: marked(1_000, 5_000, 100) }])
    expect(recorder.requests).toBe(100)
    recorder.lines([{ worker: 'a', page: marked(1_000, 6_000, 103) }])
    expect(recorder.requests).toBe(103)
    // 60 of those at 3 000 are forgotten; then come 20 more.
    const text = recorder.lines([
      {
        worker: 'a',
        page: page({
          since: 3_000,
          until: 8_000,
          requests: 63,
          marks: [
            { at: 3_000, requests: 0, told: 0 },
            { at: 6_000, requests: 43, told: 43 },
            { at: 8_000, requests: 63, told: 63 },
          ],
        }),
      },
    ])
    expect(recorder.requests).toBe(123)
    expect(text).toBe(`# count 0 8000 123 123 ${whole}\n`)
  })

  test.each(['1,zz,0', '# count 9 1 1 1 1', '1,00000011,5', 'nonsense'])(
    'is refused by line where it is none: %s',
    async (line) => {
      await expect(readRecording(linesOf(`${headLine()}${line}`))).rejects.toThrow('Line 2 of the recording')
    },
  )
})
