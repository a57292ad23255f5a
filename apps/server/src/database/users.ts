import type { AppDatabase, UserRow } from './schema.ts'

export interface Visitor {
  readonly id: string
  readonly displayName?: string | undefined
  /** A BCP 47 tag. One that is not valid is not kept. */
  readonly locale?: string | undefined
  /** An IANA time zone. One that is unknown is not kept. */
  readonly timeZone?: string | undefined
}

const maxNameLength = 80
const maxLocaleLength = 35

/** Returns the user's row, which is made on the first visit. A known user's row is left as it is. */
export async function ensureUser(db: AppDatabase, visitor: Visitor, now: () => number): Promise<UserRow> {
  // Nearly always this one read is all: a read never waits for the write lock.
  const known = await findUser(db, visitor.id)
  if (known) return known
  const row: UserRow = {
    id: visitor.id,
    display_name: cleanName(visitor.displayName),
    locale: knownLocale(visitor.locale),
    time_zone: knownTimeZone(visitor.timeZone),
    created_at: new Date(now()).toISOString(),
  }
  const inserted = await db
    .insertInto('users')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returningAll()
    .executeTakeFirst()
  // Nothing inserted: another worker has just met the same user.
  return inserted ?? (await findUser(db, visitor.id)) ?? row
}

function findUser(db: AppDatabase, id: string): Promise<UserRow | undefined> {
  return db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
}

/** One line of bounded length: the name goes into prompts. */
function cleanName(name: string | undefined): string | null {
  const line = name?.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()
  return line ? Array.from(line).slice(0, maxNameLength).join('') : null
}

function knownLocale(tag: string | undefined): string | null {
  try {
    // The base name only: extensions of a tag may spell out anything, and the locale goes into prompts.
    return tag ? new Intl.Locale(tag).baseName.slice(0, maxLocaleLength) : null
  } catch {
    return null
  }
}

function knownTimeZone(name: string | undefined): string | null {
  try {
    if (!name) return null
    // Throws for an unknown zone. The name is kept as given: what it resolves to may be an older spelling of it.
    void new Intl.DateTimeFormat('en', { timeZone: name })
    return name
  } catch {
    return null
  }
}
