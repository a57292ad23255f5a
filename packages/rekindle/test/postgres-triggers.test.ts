import fc from 'fast-check'
import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ChangeRule, installTriggers } from '../src/postgres/index.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

/** What the triggers notify. Listened to by plain LISTEN, in a database of each test's own. */

let server: PostgresServer
let editor: Client
let listener: Client
let payloads: string[] = []
let marks = 0

beforeAll(async () => {
  server = await startPostgres()
})
afterAll(async () => {
  await Promise.allSettled([editor.end(), listener.end()])
  await server[Symbol.asyncDispose]()
})
beforeEach(async () => {
  const url = await server.createDatabase()
  editor = new Client(url)
  listener = new Client(url)
  await Promise.all([editor.connect(), listener.connect()])
  payloads = []
  listener.on('notification', ({ payload = '' }) => payloads.push(payload))
  await listener.query('LISTEN rekindle')
  return async () => {
    await Promise.all([editor.end(), listener.end()])
  }
})

/** Makes tables and installs the rules for them. */
async function given(sql: string, ...rules: ChangeRule[]): Promise<void> {
  await editor.query(sql)
  await installTriggers(editor, { rules })
}

/** What `sql` makes the database say, in any order: a mark sent after it shows that there is no more to come. */
async function told(...sql: string[]): Promise<unknown[]> {
  for (const statement of sql) await editor.query(statement)
  const mark = `mark ${++marks}`
  await editor.query(`NOTIFY rekindle, '${mark}'`)
  await expect.poll(() => payloads.at(-1), { timeout: 10_000, interval: 2 }).toBe(mark)
  const said = payloads.slice(0, -1)
  payloads = []
  return said.toSorted().map((payload): unknown => JSON.parse(payload))
}

const agents = 'CREATE TABLE agents (id text PRIMARY KEY, name text)'
const agentRule: ChangeRule = { table: 'agents', invalidates: { agentId: 'id' } }
const agent = (agentId: string) => ({ agentId })

describe('a change tells what it invalidates', () => {
  beforeEach(() => given(agents, agentRule))

  test('INSERT, UPDATE and DELETE tell the row’s key', async () => {
    expect(await told("INSERT INTO agents VALUES ('a', 'x')")).toEqual([agent('a')])
    expect(await told("UPDATE agents SET name = 'y'")).toEqual([agent('a')])
    expect(await told('DELETE FROM agents')).toEqual([agent('a')])
  })

  test('a statement tells each row’s key, once', async () => {
    expect(await told("INSERT INTO agents VALUES ('a'), ('b'), ('c')")).toEqual(['a', 'b', 'c'].map(agent))
    expect(await told("UPDATE agents SET name = 'y' WHERE id > 'a'")).toEqual(['b', 'c'].map(agent))
  })

  test('an upsert tells what it inserted and what it updated', async () => {
    await told("INSERT INTO agents VALUES ('a', 'x')")
    const upsert = "INSERT INTO agents VALUES ('a', 'y'), ('b', 'y') ON CONFLICT (id) DO UPDATE SET name = excluded.name"
    expect(await told(upsert)).toEqual(['a', 'b'].map(agent))
  })

  test('a changed key tells the old one and the new one', async () => {
    await told("INSERT INTO agents VALUES ('a')")
    expect(await told("UPDATE agents SET id = 'b'")).toEqual(['a', 'b'].map(agent))
  })

  test('TRUNCATE invalidates everything', async () => {
    expect(await told('TRUNCATE agents')).toEqual(['all'])
  })

  test('a transaction that is rolled back tells nothing, nor does a part of one', async () => {
    expect(await told('BEGIN', "INSERT INTO agents VALUES ('a')", 'ROLLBACK')).toEqual([])
    const part = ['BEGIN', "INSERT INTO agents VALUES ('a')", 'SAVEPOINT s', "INSERT INTO agents VALUES ('b')"]
    expect(await told(...part, 'ROLLBACK TO s', 'COMMIT')).toEqual([agent('a')])
  })

  test('a statement that changes no row tells nothing', async () => {
    await told("INSERT INTO agents VALUES ('a', 'x'), ('b', 'y')")
    expect(await told("UPDATE agents SET name = 'z' WHERE false", 'DELETE FROM agents WHERE false')).toEqual([])
    expect(await told('UPDATE agents SET name = name')).toEqual([])
  })

  test('an UPDATE that writes the same into some rows tells the others', async () => {
    await told("INSERT INTO agents VALUES ('a', 'x'), ('b', 'y')")
    expect(await told("UPDATE agents SET name = 'y'")).toEqual([agent('a')])
  })

  test('1000 rows are told one by one, more invalidate everything', async () => {
    expect(await told('INSERT INTO agents SELECT n FROM generate_series(1, 1000) n')).toHaveLength(1000)
    expect(await told('INSERT INTO agents SELECT n FROM generate_series(1001, 2001) n')).toEqual(['all'])
    expect(await told("UPDATE agents SET name = 'y'")).toEqual(['all'])
    expect(await told('DELETE FROM agents')).toEqual(['all'])
  })

  test('an id that no notification can hold invalidates everything, without a warning', async () => {
    const warnings: unknown[] = []
    editor.on('notice', (notice) => warnings.push(notice.message))
    expect(await told("INSERT INTO agents VALUES (repeat('x', 7800))")).toHaveLength(1)
    // As many characters, but twice the bytes.
    expect(await told("INSERT INTO agents VALUES (repeat('ü', 7800))")).toEqual(['all'])
    expect(await told("UPDATE agents SET id = 'short' WHERE id LIKE 'ü%'")).toEqual(['all'])
    expect(warnings).toEqual([])
  })

  test('those who change the table need no right to anything of it, and no particular search_path', async () => {
    await editor.query('CREATE ROLE app; GRANT INSERT ON agents TO app')
    await editor.query('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM public')
    await editor.query("CREATE SCHEMA shadow; CREATE FUNCTION shadow.pg_notify(text, text) RETURNS void LANGUAGE sql AS ''")
    await editor.query('GRANT USAGE ON SCHEMA shadow TO app')
    const statements = ['SET search_path = shadow, pg_catalog', 'SET ROLE app', "INSERT INTO public.agents VALUES ('a')"]
    expect(await told(...statements, 'RESET ROLE')).toEqual([agent('a')])
    await editor.query('DROP OWNED BY app; DROP ROLE app')
  })
})

describe('rules', () => {
  test('many rows of one key tell it once, in a statement of any size', async () => {
    await given('CREATE TABLE tools (agent_id int, name text)', { table: 'tools', invalidates: { agentId: 'agent_id' } })
    expect(await told('INSERT INTO tools SELECT 7, n FROM generate_series(1, 5000) n')).toEqual([agent('7')])
    expect(await told("UPDATE tools SET name = name || 'x'")).toEqual([agent('7')])
  })

  test('a foreign key that cascades tells what it deletes and what it sets to NULL', async () => {
    await given(
      `${agents}; CREATE TABLE users (id int PRIMARY KEY);
      CREATE TABLE tools (agent_id text REFERENCES agents ON DELETE CASCADE, user_id int REFERENCES users ON DELETE SET NULL)`,
      { table: 'tools', invalidates: { agentId: 'agent_id' } },
    )
    await told(
      "INSERT INTO agents VALUES ('a'), ('b'); INSERT INTO users VALUES (1); INSERT INTO tools VALUES ('a', 1), ('b', 1)",
    )
    expect(await told('DELETE FROM users')).toEqual(['a', 'b'].map(agent))
    expect(await told("DELETE FROM agents WHERE id = 'b'")).toEqual([agent('b')])
  })

  test('NULL leaves its field open; a row with nothing but NULL reaches none', async () => {
    await given('CREATE TABLE rights (agent_id int, user_id int)', {
      table: 'rights',
      invalidates: { agentId: 'agent_id', userId: 'user_id' },
    })
    expect(await told('INSERT INTO rights VALUES (1, 2)')).toEqual([{ agentId: '1', userId: '2' }])
    expect(await told('INSERT INTO rights VALUES (1, NULL)')).toEqual([agent('1')])
    expect(await told('INSERT INTO rights VALUES (NULL, NULL)')).toEqual([])
    expect(await told('UPDATE rights SET agent_id = 3 WHERE agent_id IS NULL')).toEqual([agent('3')])
  })

  test('tags are made of columns; NULL in one makes no tag; braces can be written', async () => {
    await given('CREATE TABLE models (vendor text, id int)', {
      table: 'models',
      tags: ['model:{vendor}/{id}', '{{id}}', 'id={id}'],
    })
    const tags = (...names: string[]) => names.map((name) => ({ tags: [name] }))
    expect(await told("INSERT INTO models VALUES ('x', 1)")).toEqual(tags('id=1', 'model:x/1', '{id}'))
    expect(await told('INSERT INTO models VALUES (NULL, 2)')).toEqual(tags('id=2', '{id}'))
  })

  test('a table can invalidate everything', async () => {
    await given('CREATE TABLE settings (value json)', { table: 'settings', invalidates: 'all' })
    expect(await told(`INSERT INTO settings VALUES ('{"a": 1}'), (NULL)`)).toEqual(['all'])
    expect(await told(`UPDATE settings SET value = '{"a": 1}' WHERE value IS NOT NULL`)).toEqual([])
    expect(await told('UPDATE settings SET value = NULL')).toEqual(['all'])
  })

  test('several rules for a table are all kept', async () => {
    await given(agents, agentRule, { table: 'public.agents', tags: ['agents'] })
    expect(await told("INSERT INTO agents VALUES ('a')")).toEqual([agent('a'), { tags: ['agents'] }])
  })

  test('a change in nothing but ignored columns tells nothing, in a statement of any size', async () => {
    await given('CREATE TABLE users (id int PRIMARY KEY, name text, "last""Seen" timestamptz NOT NULL, settings json)', {
      table: 'users',
      invalidates: { userId: 'id' },
      ignoreColumns: ['last"Seen'],
    })
    expect(await told(`INSERT INTO users SELECT n, 'x', now(), '{"n":1}' FROM generate_series(1, 5000) n`)).toEqual(['all'])
    expect(await told(`UPDATE users SET "last""Seen" = now() + interval '1 hour'`)).toEqual([])
    expect(await told(`UPDATE users SET "last""Seen" = now(), name = 'y' WHERE id = 5`)).toEqual([{ userId: '5' }])
    // A column that came later counts, although the triggers know nothing of it.
    await editor.query('ALTER TABLE users ADD plan text')
    expect(await told("UPDATE users SET plan = 'pro' WHERE id = 6")).toEqual([{ userId: '6' }])
  })

  test('a column is ignored only if all rules for its table ignore it', async () => {
    await given(agents, { ...agentRule, ignoreColumns: ['name'] }, { table: 'agents', tags: ['agents'] })
    await told("INSERT INTO agents VALUES ('a')")
    expect(await told("UPDATE agents SET name = 'x'")).toEqual([agent('a'), { tags: ['agents'] }])
  })

  test('events that are not in the list say nothing; TRUNCATE always counts', async () => {
    await given(agents, { ...agentRule, events: ['update', 'delete'] })
    expect(await told("INSERT INTO agents VALUES ('a', 'x'), ('b', 'x')")).toEqual([])
    expect(await told("UPDATE agents SET name = 'y' WHERE id = 'a'")).toEqual([agent('a')])
    const upsert = "INSERT INTO agents VALUES ('b', 'y'), ('c', 'y') ON CONFLICT (id) DO UPDATE SET name = excluded.name"
    expect(await told(upsert)).toEqual([agent('b')])
    expect(await told("DELETE FROM agents WHERE id = 'a'")).toEqual([agent('a')])
    expect(await told('TRUNCATE agents')).toEqual(['all'])
  })

  test.each([
    ['insert', [agent('a')], [], []],
    ['update', [], [agent('a'), agent('b')], []],
    ['delete', [], [], [agent('b')]],
  ] as const)('%s alone can be listened to, in a statement of any size', async (event, inserted, updated, deleted) => {
    await given('CREATE TABLE tools (agent_id text, name text)', {
      table: 'tools',
      invalidates: { agentId: 'agent_id' },
      events: [event],
    })
    expect(await told("INSERT INTO tools SELECT 'a', n FROM generate_series(1, 1500) n")).toEqual(inserted)
    expect(await told("UPDATE tools SET agent_id = 'b'")).toEqual(updated)
    expect(await told('DELETE FROM tools')).toEqual(deleted)
  })

  test('rules for one table listen each to its own events, and ignore columns each for itself', async () => {
    await given(
      'CREATE TABLE agents (id text PRIMARY KEY, kind text, name text)',
      { ...agentRule, events: ['update'], ignoreColumns: ['name'] },
      { table: 'agents', tags: ['kind:{kind}'], events: ['insert', 'delete'] },
    )
    const kind = { tags: ['kind:k'] }
    expect(await told("INSERT INTO agents VALUES ('a', 'k', 'x'), ('b', 'k', 'x')")).toEqual([kind])
    expect(await told("UPDATE agents SET name = 'y'")).toEqual([])
    expect(await told("UPDATE agents SET kind = 'l' WHERE id = 'a'")).toEqual([agent('a')])
    expect(await told("DELETE FROM agents WHERE id = 'b'")).toEqual([kind])
  })

  test('rows that swap their values have both changed', async () => {
    await given('CREATE TABLE tools (name text, agent_id int, place int)', {
      table: 'tools',
      invalidates: { agentId: 'agent_id' },
    })
    await told("INSERT INTO tools VALUES ('x', 1, 1), ('y', 1, 2), ('z', 2, 3)")
    expect(await told('UPDATE tools SET place = 3 - place WHERE agent_id = 1')).toEqual([agent('1')])
  })

  test('a key is the text that PostgreSQL writes for it', async () => {
    await given(
      `CREATE TYPE kind AS ENUM ('Big'); CREATE DOMAIN short AS char(4);
      CREATE TABLE things (u uuid, n numeric, b bigint, e kind, c short, y boolean)`,
      { table: 'things', tags: ['{u}', '{n}', '{b}', '{e}', '{c}', '{y}'] },
    )
    const values = `'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', 1.50, 9007199254740993, 'Big', 'ab', true`
    const said = (await told(`INSERT INTO things VALUES (${values})`)) as { tags: string[] }[]
    const expected = ['1.50', '9007199254740993', 'Big', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'ab', 'true']
    expect(said.flatMap(({ tags }) => tags).toSorted()).toEqual(expected)
  })

  test('types without equality are compared all the same', async () => {
    await given('CREATE TABLE things (id int, j json, p point, x xml)', { table: 'things', invalidates: { agentId: 'id' } })
    await told(`INSERT INTO things VALUES (1, '{"u":"\\u0000"}', '(1,2)', '<a/>'), (2, NULL, NULL, NULL)`)
    expect(await told('UPDATE things SET p = p')).toEqual([])
    expect(await told(`UPDATE things SET j = '{"u":"\\u0001"}' WHERE id = 1`)).toEqual([agent('1')])
  })

  test('a partitioned table tells what is done to it, whichever partition it reaches', async () => {
    await given(
      `CREATE TABLE agents (id int, region text) PARTITION BY LIST (region);
      CREATE TABLE agents_eu PARTITION OF agents FOR VALUES IN ('eu'); CREATE TABLE agents_us PARTITION OF agents FOR VALUES IN ('us')`,
      agentRule,
    )
    expect(await told("INSERT INTO agents VALUES (1, 'eu'), (2, 'us')")).toEqual(['1', '2'].map(agent))
    expect(await told("UPDATE agents SET region = 'us' WHERE id = 1")).toEqual([agent('1')])
    expect(await told('DELETE FROM agents')).toEqual(['1', '2'].map(agent))
  })

  test('hostile names of schemas, tables and columns are only names', async () => {
    const hostile = `x"; DROP TABLE agents; -- '\\ $$ $1 {r} 🔥`
    const quoted = `"${hostile.replaceAll('"', '""')}"`
    const column = `c"';\\`
    await given(
      `${agents}; CREATE SCHEMA ${quoted}; CREATE TABLE ${quoted}.${quoted} ("c""';\\" text, r int, said int, "C1" text)`,
      {
        schema: hostile,
        table: hostile,
        invalidates: { agentId: column, userId: 'C1' },
        tags: [`it's \\ "{r}" {said} ${'{'}${column}}`],
        ignoreColumns: [],
      },
    )
    const said = await told(`INSERT INTO ${quoted}.${quoted} VALUES ('a', 1, 2, 'u')`)
    expect(said).toEqual([{ tags: [`it's \\ "1" 2 a`] }, { agentId: 'a', userId: 'u' }])
    expect(await told(`UPDATE ${quoted}.${quoted} SET r = r`)).toEqual([])
    expect(await told("INSERT INTO agents VALUES ('still there')")).toEqual([])
  })

  test('a column that has been dropped or renamed fails no change: everything is invalidated', async () => {
    await given(agents, agentRule, { table: 'agents', tags: ['{name}'] })
    await editor.query('ALTER TABLE agents RENAME name TO title')
    expect(await told("INSERT INTO agents VALUES ('a', 'x')")).toEqual(['all'])
    await editor.query('ALTER TABLE agents DROP title')
    expect(await told("UPDATE agents SET id = 'b'", 'DELETE FROM agents')).toEqual(['all', 'all'])
    expect((await editor.query('SELECT FROM agents')).rowCount).toBe(0)
  })

  test('a column whose type has changed goes on telling, in sessions that knew the old one', async () => {
    await given('CREATE TABLE agents (id int, name text)', agentRule)
    expect(await told('INSERT INTO agents VALUES (1)')).toEqual([agent('1')])
    await editor.query("ALTER TABLE agents ALTER id TYPE text USING 'a' || id")
    expect(await told("INSERT INTO agents VALUES ('b')", "UPDATE agents SET name = 'x'")).toEqual(['a1', 'b', 'b'].map(agent))
  })

  test('a table that has been renamed or moved goes on telling', async () => {
    await given(agents, agentRule)
    await editor.query('ALTER TABLE agents RENAME TO bots; CREATE SCHEMA other; ALTER TABLE bots SET SCHEMA other')
    expect(await told("INSERT INTO other.bots VALUES ('a')")).toEqual([agent('a')])
  })
})

describe('whatever the rows hold', () => {
  const id = fc.string({
    unit: fc.oneof(
      fc.constantFrom('"', "'", '\\', '{', '}', '$', '\n', ' ', 'ü', '🔥', '\u2028'),
      fc.integer({ min: 1, max: 0xd7ff }).map((code) => String.fromCodePoint(code)),
    ),
    maxLength: 40,
  })
  const ids = fc.uniqueArray(id, { minLength: 1, maxLength: 20 })

  test('ids arrive in keys and tags as they are', async () => {
    await given(agents, agentRule, { table: 'agents', tags: ['a:{id}:{id}'] })
    await fc.assert(
      fc.asyncProperty(ids, async (all) => {
        await editor.query('INSERT INTO agents SELECT unnest($1::text[])', [all])
        const said = await told()
        expect(said).toHaveLength(all.length * 2)
        expect(said).toEqual(expect.arrayContaining(all.flatMap((each) => [agent(each), { tags: [`a:${each}:${each}`] }])))
        await told('DELETE FROM agents')
      }),
      { numRuns: 50 },
    )
  })

  test('an UPDATE tells the old and new keys of exactly the rows that it changes', async () => {
    await given('CREATE TABLE tools (id int PRIMARY KEY, agent_id text, v json)', {
      table: 'tools',
      invalidates: { agentId: 'agent_id' },
    })
    const row = fc.record({ agent_id: fc.option(fc.constantFrom('a', 'b', 'c', 'd')), v: fc.constantFrom('1', '2', null) })
    const change = fc.array(fc.tuple(row, row), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(change, async (rows) => {
        const json = (side: 0 | 1) => [JSON.stringify(rows.map((pair, n) => ({ id: n, ...pair[side] })))]
        await editor.query('INSERT INTO tools SELECT * FROM json_populate_recordset(NULL::tools, $1)', json(0))
        await told()
        const update = `UPDATE tools SET agent_id = n.agent_id, v = n.v FROM json_populate_recordset(NULL::tools, $1) n WHERE n.id = tools.id`
        await editor.query(update, json(1))
        const changed = rows.filter(([before, after]) => before.agent_id !== after.agent_id || before.v !== after.v)
        const keys = new Set(changed.flatMap(([before, after]) => [before.agent_id, after.agent_id]))
        expect(await told()).toEqual(
          [...keys]
            .filter((key) => key !== null)
            .toSorted()
            .map(agent),
        )
        await told('DELETE FROM tools')
      }),
      { numRuns: 100 },
    )
  })
})
