import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Grid } from '../benchmark.ts'
import type { ConfigReader } from '../config-reader.ts'
import { commandCount } from '../redis-figures.ts'
import { type CountingLink, openCountingLink } from './counting-link.ts'

const tripMisses = 40
/** After each miss: what goes on without anybody waiting for it is done by then. */
const settleMs = 15

/** What one miss asks of Redis. `open` makes a contestant that is connected to the given port; each has a link of its own. */
export async function missTrips(
  redisPort: number,
  counter: Redis,
  open: readonly ((port: number) => Promise<{ readonly reader: ConfigReader; readonly close: () => void }>)[],
): Promise<Grid> {
  const lines: Line[] = []
  for (const openOne of open) {
    const link = await openCountingLink(redisPort)
    const { reader, close } = await openOne(link.port)
    lines.push(await countedMisses(reader, link, counter))
    close()
    link.close()
  }
  const each = (count: number) => (count / tripMisses).toFixed(1)
  const kilobytes = (bytes: number) => `${(bytes / tripMisses / 1_000).toFixed(1)} KB`
  return {
    title: 'What a miss asks of Redis',
    table: [
      ['', 'round trips until the answer', 'in all', 'commands', 'sent', 'received'],
      ...lines.map(({ name, awaited, trips, commands, sent, received }) => [
        name,
        each(awaited),
        each(trips),
        each(commands),
        kilobytes(sent),
        kilobytes(received),
      ]),
    ],
    notes: [
      `${tripMisses} misses, one at a time, each ${settleMs} ms after the one before, through a port that counts: a round trip begins when`,
      'something is sent on a connection that had been answered. Commands by INFO commandstats, those within scripts included, and',
      'with whatever else a contestant asks of Redis meanwhile, as heartbeats.',
      'Rekindle asks what there is, and claims the build, so that no other worker does the same; it stores the config and gives the',
      'claim back when the caller has its agent already.',
    ],
    targets: [],
    figures: lines,
  }
}

/** Sums of all misses. */
interface Line {
  readonly name: string
  readonly awaited: number
  readonly trips: number
  readonly commands: number
  readonly sent: number
  readonly received: number
}

async function countedMisses(reader: ConfigReader, link: CountingLink, counter: Redis): Promise<Line> {
  await reader.begin?.()
  await delay(settleMs)
  const before = { ...link.traffic(), commands: await commandCount(counter) }
  let awaited = 0
  for (let session = 0; session < tripMisses; session++) {
    const { trips } = link.traffic()
    await reader.read(session)
    awaited += link.traffic().trips - trips
    await delay(settleMs)
  }
  const { trips, sent, received } = link.traffic()
  const commands = (await commandCount(counter)) - before.commands
  await reader.end?.(tripMisses)
  return {
    name: reader.name,
    awaited,
    trips: trips - before.trips,
    commands,
    sent: sent - before.sent,
    received: received - before.received,
  }
}
