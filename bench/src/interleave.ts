import type { Comparison, Measured } from './benchmark.ts'
import { collectYoung } from './garbage.ts'

const warmUpRounds = 3

/**
 * Measures the contestants in turns (A B C A B C …), so that a machine that becomes slower or faster does so for all of them.
 * Garbage is collected between turns: nobody pays for what the one before has left.
 */
export async function interleave({ contestants, ...comparison }: Comparison, rounds: number): Promise<Measured> {
  const own = comparison.rounds
  const rows = contestants.map(({ name }) => ({ name, values: [] as number[] }))
  for (let round = own === undefined ? -warmUpRounds : 0; round < (own ?? rounds); round++) {
    for (const [index, contestant] of contestants.entries()) {
      collectYoung()
      const value = await contestant.round()
      if (round >= 0) rows[index]?.values.push(value)
    }
  }
  return { ...comparison, rows }
}
