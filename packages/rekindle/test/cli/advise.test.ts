import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Advice } from '../../src/advisor/index.ts'
import { rekindle, start } from './cli.ts'
import { testFolder } from '../test-folder.ts'

const folder = testFolder('cli-advise')

/** Twenty agents in turn, each once in 200 seconds, for three hours. */
const trace = Array.from({ length: 1_080 }, (_, at) => `${at * 10},agent-${at % 20}`).join('\n')
const file = (name: string, content: string | Buffer) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const plain = file('trace.csv', trace)

const advised = async (args: readonly string[]) => {
  const { code, stdout, stderr } = await rekindle(['advise', ...args, '--json'])
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout) as Advice & { facts: { workers: number; stored: boolean } }
}

describe('a trace', () => {
  test('is replayed with the settings in force', async () => {
    const { requests, sample, current } = await advised([plain, '--ttl', '60m', '--idle', '100s', '--max-agents', '30'])
    expect([requests, sample.keys, current.setting]).toEqual([
      1_080,
      20,
      { configTtlMs: 3_600_000, liveTtlMs: 3_600_000, idleMs: 100_000, maxAgents: 30 },
    ])
    // Asked for every 200 seconds, kept for 100.
    expect(current.memoryHitRate).toBe(0)
    const kept = await advised([plain, '--idle', '5m', '--jitter', '0'])
    expect(kept.current.memoryHitRate).toBeCloseTo(1 - 60 / 1_080, 2)
    const small = await advised([plain, '--idle', '5m', '--max-agents', '10'])
    expect(small.current.memoryHitRate).toBeLessThan(0.1)
  })

  test('may be compressed, come from stdin, count in milliseconds, or have a heading', async () => {
    const wanted = (await advised([plain])).current
    const inMs = trace.replaceAll(/^(\d+),/gm, '$1000,')
    const inputs = [
      [file('trace.csv.gz', gzipSync(trace))],
      [file('headed.csv', `seconds,key\n${trace}`)],
      [file('headed-ms.csv', `ms,key\n${inMs}`)],
      [file('in-ms.csv', inMs), '--unit', 'ms'],
    ]
    for (const input of inputs) expect((await advised(input)).current).toEqual(wanted)
    const { code, stdout } = await start(['advise', '-', '--json'], { input: trace }).ended
    expect([code, (JSON.parse(stdout) as Advice).current]).toEqual([0, wanted])
  })

  test.each([
    ['2,a\n1,b', /Line 2 of the trace is earlier/],
    ['seconds,key\n1,a\nx', /Line 3 of the trace must be "time,key"/],
    ['# rekindle recording 1\n1,zz', /Line 2 of the recording/],
  ])('with a line that is none is refused by its number: %j', async (text, says) => {
    expect(await rekindle(['advise', file('bad.csv', text)])).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(says),
    })
  })

  test('that is not compressed as its name says, or has nothing in it, is refused', async () => {
    expect(await rekindle(['advise', file('bad.csv.gz', trace)])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('not compressed'),
    })
    expect(await rekindle(['advise', folder])).toMatchObject({ code: 2 })
    expect(await rekindle(['advise', file('empty.csv', '\n\n')])).toMatchObject({
      code: 1,
      stderr: 'There are no requests in it.\n',
    })
  })
})

describe('what is said', () => {
  test('for people: what was watched, how it is and could be, and charts with both marked', async () => {
    const { code, stdout } = await rekindle(['advise', plain, '--idle', '100s', '--build-time', '800ms'], { width: 100 })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Watched: 3h, 1 080 requests to 1 worker; all keys: 20 keys, 1 080 events\.$/m)
    expect(stdout).toMatch(/^live\.idleMs +1m 40s +\S+/m)
    expect(stdout).toMatch(/^Time to live/m)
    expect(stdout).toMatch(/▲ now 1h$/m)
    expect(stdout).toMatch(/[\u2801-\u28FF]{20}/)
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  })

  test('as a page and as SVG that need nothing else, and in which a text is only a text', async () => {
    const [html, svg] = [join(folder, 'advice.html'), join(folder, 'advice.svg')]
    expect(await rekindle(['advise', plain, '--html', html, '--svg', svg])).toMatchObject({ code: 0 })
    for (const text of [readFileSync(html, 'utf8'), readFileSync(svg, 'utf8')]) {
      expect(text.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/<script|https?:|\burl\(|@import|<link|<img/)
      expect(text.match(/<path /g)?.length).toBe(6)
      expect(text).toContain('prefers-color-scheme: dark')
    }
    expect(await rekindle(['advise', plain, '--svg', join(folder, 'no/where.svg')])).toMatchObject({ code: 2 })
  })
})
