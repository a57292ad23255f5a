import { describe, expect, test } from 'vitest'
import { ManualClock } from 'rekindle/testing'
import { ChatSocket, type Wire } from './socket.ts'

class FakeWire implements Wire {
  readonly sent: unknown[] = []
  closed = false
  onopen: Wire['onopen'] = null
  onmessage: Wire['onmessage'] = null
  onclose: Wire['onclose'] = null

  send(data: unknown): void {
    this.sent.push(JSON.parse(String(data)))
  }
  close(): void {
    this.closed = true
  }
  opens(): void {
    this.onopen?.call(this as never, {} as Event)
  }
  says(data: string): void {
    this.onmessage?.call(this as never, { data } as MessageEvent)
  }
  breaks(code = 1006): void {
    this.onclose?.call(this as never, { code } as CloseEvent)
  }
}

function begin() {
  const clock = new ManualClock(0)
  const wires: FakeWire[] = []
  const trace: unknown[] = []
  const socket = new ChatSocket(
    {
      connect: () => {
        const wire = new FakeWire()
        wires.push(wire)
        return wire
      },
      now: () => clock.now(),
      after: (ms, call) => {
        const timer = clock.after(ms, call)
        return () => timer.cancel()
      },
      random: () => 1,
    },
    { opened: () => trace.push('opened'), heard: (message) => trace.push(message), signedOut: () => trace.push('signed out') },
  )
  socket.open()
  return { clock, wires, trace, socket, last: () => wires.at(-1)! }
}

describe('a connection', () => {
  test('is made again after ever longer pauses, up to ten seconds', async () => {
    const { clock, wires, last, socket } = begin()
    for (const pause of [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      const before = wires.length
      last().breaks()
      expect(socket.state.value).toMatchObject({ state: 'waiting', untilMs: clock.now() + pause })
      await clock.advance(pause - 1)
      expect(wires).toHaveLength(before)
      await clock.advance(1)
      expect(wires).toHaveLength(before + 1)
    }
  })

  test('that was good starts again with the shortest pause', async () => {
    const { clock, last, socket, trace } = begin()
    last().breaks()
    last().breaks()
    await clock.advance(1_000)
    last().opens()
    last().breaks()
    expect(socket.state.value).toMatchObject({ state: 'waiting', attempt: 1 })
    expect(trace).toEqual(['opened'])
  })

  test('that says nothing any more is given up, though nobody tells of its end', async () => {
    const { clock, wires, last, socket } = begin()
    last().opens()
    await clock.advance(20_000)
    expect(last().sent).toEqual([{ type: 'ping' }])
    await clock.advance(20_000)
    expect(last().closed).toBe(true)
    expect(socket.state.value.state).toBe('waiting')
    await clock.advance(500)
    expect(wires).toHaveLength(2)
    // Its end is told after all.
    wires[0]!.breaks()
    expect(socket.state.value.state).toBe('connecting')
  })

  test('that answers lives on', async () => {
    const { clock, wires, last } = begin()
    last().opens()
    await clock.advance(20_000)
    last().says('{"type":"pong"}')
    await clock.advance(39_000)
    expect(last().closed).toBe(false)
    expect(wires).toHaveLength(1)
  })

  test('of somebody who is signed in no longer is not tried again', async () => {
    const { clock, wires, last, trace } = begin()
    last().opens()
    last().breaks(4401)
    await clock.advance(60_000)
    expect(wires).toHaveLength(1)
    expect(trace).toEqual(['opened', 'signed out'])
  })

  test('says whether what was said can arrive, and passes over what is not JSON', () => {
    const { last, socket, trace } = begin()
    expect(socket.say({ type: 'cancel' })).toBe(false)
    last().opens()
    expect(socket.say({ type: 'cancel' })).toBe(true)
    last().says('{')
    last().says('{"type":"end"}')
    expect(trace).toEqual(['opened', { type: 'end' }])
  })
})
