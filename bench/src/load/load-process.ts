// The users, in a process of their own.
import { setTimeout as delay } from 'node:timers/promises'
import { Conversation } from './conversation.ts'
import type { LoadOrder } from './load-orders.ts'
import { Tally } from './tally.ts'

const order = JSON.parse(process.argv[2]!) as LoadOrder
const { url, secret, conversations, openingMs, measuredMs, thinkMs } = order
const tally = new Tally()
const people = Array.from({ length: conversations }, (_, at) => new Conversation({ url, secret, userId: `user-${at}`, tally }))
const think = () => thinkMs * (0.5 + Math.random())

let measuring = false
let over = false
const opened: Promise<void>[] = []
const talks: Promise<void>[] = []
for (const [at, person] of people.entries()) {
  const begin = async (): Promise<void> => {
    await delay((at / conversations) * openingMs)
    await person.open()
    await person.turn(false)
  }
  const ready = begin()
  opened.push(ready)
  talks.push(ready.then(() => talk(person)))
}

async function talk(person: Conversation): Promise<void> {
  for (;;) {
    await delay(think())
    if (over) return
    await person.turn(measuring)
  }
}

await Promise.all(opened)
process.send!({ type: 'opened' })
measuring = true
await delay(measuredMs)
over = true
await Promise.all(talks)
for (const person of people) person.leave()
process.send!({ type: 'findings', findings: tally.findings })
process.disconnect()
