import { expect, it } from 'vitest'
import { RollingRestart } from './rolling-restart.ts'
import type { Replaced } from './worker-pool.ts'

function world() {
  const rounds: PromiseWithResolvers<Replaced>[] = []
  const said: string[] = []
  const say = (line: string): void => void said.push(line)
  const replaceAll = (): Promise<Replaced> => {
    const round = Promise.withResolvers<Replaced>()
    rounds.push(round)
    return round.promise
  }
  let now = 0
  const rolling = new RollingRestart({ pool: { replaceAll }, say, warn: say, now: () => (now += 1_500) })
  return { rolling, rounds, said }
}

it('does it once more, whatever was asked meanwhile, and then no more', async () => {
  const { rolling, rounds, said } = world()
  const whole = rolling.begin()
  await rolling.begin()
  await rolling.begin()
  expect(rounds).toHaveLength(1)
  rounds[0]?.resolve({ outcome: 'done', workers: 2 })
  await rounds[0]?.promise
  await Promise.resolve()
  expect(rounds).toHaveLength(2)
  rounds[1]?.resolve({ outcome: 'done', workers: 2 })
  await whole
  expect(rounds).toHaveLength(2)
  expect(said).toEqual([
    'Restarting the workers, one after the other.',
    'The workers are being restarted already; they will be once more after that.',
    'The workers are being restarted already; they will be once more after that.',
    '2 workers were restarted in 1.5 s.',
    'Restarting the workers, one after the other.',
    '2 workers were restarted in 1.5 s.',
  ])
})

it('says which failure ended it, and can be asked again', async () => {
  const { rolling, rounds, said } = world()
  const first = rolling.begin()
  rounds[0]?.resolve({ outcome: 'failed', workers: 1, why: 'Worker 7 ended with exit code 7 before it was ready.' })
  await first
  expect(said.at(-1)).toBe(
    '1 worker was restarted, then a new one could not start; the others serve on. Worker 7 ended with exit code 7 before it was ready.',
  )
  void rolling.begin()
  expect(rounds).toHaveLength(2)
})
