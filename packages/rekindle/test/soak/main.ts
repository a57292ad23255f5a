import { parseArgs } from 'node:util'
import { soak } from './soak.ts'

/** `npm run soak -- [--operations 1000000] [--store redis|sqlite] [--minutes 10]`: exits with 1 if anything went wrong. */
const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '1000000' },
    minutes: { type: 'string', default: '10' },
    store: { type: 'string', default: 'redis' },
  },
})
const store = values.store === 'sqlite' ? 'sqlite' : 'redis'
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const longestMs = Number(values.minutes) * 60_000
const report = await soak({ store, operations: Number(values.operations), longestMs, random: Math.random, say })
say(JSON.stringify(report, undefined, 2))
const [early, late] = report.heapBytes
say(`heap: ${(early / 1e6).toFixed(1)} MB after a tenth, ${(late / 1e6).toFixed(1)} MB at the end`)
process.exitCode = report.wrong.length === 0 ? 0 : 1
