import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ApiKeyRow, AppDatabase } from '../database/schema.ts'

/** How long a worker goes on believing what it has read of a key: one that was deleted works no longer than this. */
const believedMs = 10_000
const maxBelieved = 10_000
const dayMs = 86_400_000

/** A key as it is shown: its secret is nowhere but with its service. */
export interface ApiKey {
  readonly id: string
  readonly name: string
  readonly role: 'user' | 'admin'
  readonly createdAt: string
  readonly expiresAt: string | null
}

export interface NewKey {
  readonly name: string
  readonly role: 'user' | 'admin'
  readonly expiresInDays?: number | undefined
}

/** The keys of services. `rk_`, the id of the key, `_`, and 256 bits that nobody can guess. */
export class ApiKeys {
  readonly #db: AppDatabase
  readonly #now: () => number
  readonly #believed = new Map<string, { readonly row: ApiKeyRow | undefined; readonly until: number }>()

  constructor(db: AppDatabase, now: () => number) {
    this.#db = db
    this.#now = now
  }

  /** Whether a text is meant as a key: nothing else that is shown to this server begins so. */
  static isKey(text: string): boolean {
    return text.startsWith('rk_')
  }

  /** The key, if `text` is one that exists and has not expired. */
  async check(text: string): Promise<ApiKey | undefined> {
    const [, id] = /^rk_([0-9a-f]{16})_[\w-]{43}$/.exec(text) ?? []
    const row = id === undefined ? undefined : await this.#find(id)
    // Of equal length, so that the time it takes says nothing.
    const right = row !== undefined && timingSafeEqual(Buffer.from(hashOf(text)), Buffer.from(row.hash))
    return right ? this.#unexpired(row) : undefined
  }

  /** The same for who has shown the key before. */
  async checkId(id: string): Promise<ApiKey | undefined> {
    return this.#unexpired(await this.#find(id))
  }

  async create({ name, role, expiresInDays }: NewKey): Promise<{ readonly key: ApiKey; readonly secret: string }> {
    const id = randomBytes(8).toString('hex')
    const secret = `rk_${id}_${randomBytes(32).toString('base64url')}`
    const now = this.#now()
    const row: ApiKeyRow = {
      id,
      hash: hashOf(secret),
      name,
      role,
      created_at: new Date(now).toISOString(),
      expires_at: expiresInDays === undefined ? null : new Date(now + expiresInDays * dayMs).toISOString(),
    }
    await this.#db.insertInto('api_keys').values(row).execute()
    this.#believed.delete(id)
    return { key: shown(row), secret }
  }

  async list(): Promise<ApiKey[]> {
    const rows = await this.#db.selectFrom('api_keys').selectAll().orderBy('created_at').orderBy('id').execute()
    return rows.map(shown)
  }

  /** Resolves to whether there was such a key. */
  async delete(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db.deleteFrom('api_keys').where('id', '=', id).executeTakeFirst()
    this.#believed.delete(id)
    return numDeletedRows > 0n
  }

  async #find(id: string): Promise<ApiKeyRow | undefined> {
    const now = this.#now()
    const known = this.#believed.get(id)
    if (known !== undefined && now < known.until) return known.row
    const row = await this.#db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst()
    if (this.#believed.size >= maxBelieved) this.#believed.clear()
    this.#believed.set(id, { row, until: now + believedMs })
    return row
  }

  #unexpired(row: ApiKeyRow | undefined): ApiKey | undefined {
    if (row === undefined) return undefined
    return row.expires_at === null || this.#now() < Date.parse(row.expires_at) ? shown(row) : undefined
  }
}

function shown({ id, name, role, created_at: createdAt, expires_at: expiresAt }: ApiKeyRow): ApiKey {
  return { id, name, role, createdAt, expiresAt }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
