import { beforeEach, describe, expect, it } from 'vitest'
import { Outage } from './outage.ts'

let now: number
let said: string[]
let outage: Outage
beforeEach(() => {
  now = 5_000
  said = []
  outage = new Outage({ down: (reason) => `down: ${reason}`, up: 'up', say: (line) => said.push(line), now: () => now })
})

function failAt(...times: number[]): void {
  for (const time of times) {
    now = time
    outage.failed(`at ${time}`)
  }
}

describe('an outage', () => {
  it('is told once, however many attempts fail, and so is its end', () => {
    failAt(10_000, 11_000, 12_000, 13_000, 60_000)
    expect(said).toEqual(['down: at 12000'])
    outage.over()
    outage.over()
    expect(said).toEqual(['down: at 12000', 'up'])
  })

  it('is not told when it is over at once', () => {
    failAt(10_000, 11_900)
    outage.over()
    failAt(12_100, 14_000)
    outage.over()
    expect(said).toEqual([])
  })

  it('is told again the next time', () => {
    failAt(1_000, 4_000)
    outage.over()
    failAt(5_000, 8_000)
    expect(said).toEqual(['down: at 4000', 'up', 'down: at 8000'])
  })
})
