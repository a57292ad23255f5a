// A process that opens the SQLite files it is given one after the other, each as a primary does when it starts, and says which of
// them it was the one to seed.
import { openDatabase } from '../src/database/open-database.ts'
import { seedSampleAgents } from '../src/database/sample-agents.ts'
import { ensureUser } from '../src/database/users.ts'

const now = (): number => 0

for (const path of process.argv.slice(2)) {
  const db = await openDatabase({ path })
  if (await seedSampleAgents(db, { model: null, now })) process.stdout.write(`${path}\n`)
  for (let visit = 0; visit < 10; visit++) await ensureUser(db, { id: `user-${visit}` }, now)
  await db.destroy()
}
