import { expect, test } from 'vitest'
import { startPostgres } from '../../../packages/rekindle/test/postgres-server.ts'
import { startRedis } from '../../../packages/rekindle/test/redis-server.ts'
import { startServer } from '../../server/test/server-process.ts'
import { openBrowser, visit } from './browser.ts'

test('with Redis and PostgreSQL edits reach all workers; when Redis dies the page says so, and what of an edit is not confirmed', async () => {
  await using redis = await startRedis()
  await using postgres = await startPostgres()
  const stores = { REDIS_URL: `redis://127.0.0.1:${redis.port}/0`, DATABASE_URL: await postgres.createDatabase() }
  await using server = await startServer({ env: { ...stores, REKINDLE_WORKERS: '4' } })
  await using browser = await openBrowser()
  await using visitor = await visit(browser, { url: server.url, path: '/agents/planner' })
  const { page, complaints } = visitor
  const edit = async (description: string): Promise<void> => {
    await page.getByLabel('Description').fill(description)
    await page.getByRole('button', { name: 'Review changes' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
  }
  await edit('Plans the week.')
  await page.getByText('Version 2 is saved, and all workers have confirmed it.').waitFor()

  const other = await page.context().newPage()
  await other.goto(server.url)
  await other.getByText('4 answered').waitFor()
  await other.getByText('The config tier, in redis').waitFor()
  process.kill(redis.pid, 'SIGKILL')
  await other.getByText('The store does not say which workers there are.').waitFor()
  await other.getByText(/Requests do not wait for it on/).waitFor()

  await edit('Plans the month.')
  await page.getByText('Version 3 is saved, but not every worker has confirmed it.').waitFor()
  await page.getByText('The store could not be told yet.').waitFor()
  expect(complaints).toEqual([])
})
