import type { Browser, Page, WebSocketRoute } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ServerProcess, startServer } from '../../server/test/server-process.ts'
import { adviceFixture } from './advice-fixture.ts'
import { openBrowser, visit } from './browser.ts'

let server: ServerProcess
let browser: Browser

beforeAll(async () => {
  const env = { REKINDLE_WORKERS: '4', REKINDLE_OFFLINE_PACE_MS: '15' }
  ;[server, browser] = await Promise.all([startServer({ env }), openBrowser()])
})

afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const enter = (name: string, path: string, more: { role?: 'user'; width?: number } = {}) =>
  visit(browser, { url: server.url, name, path, ...more })

async function ask(page: Page, question: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(question)
  await page.keyboard.press('Enter')
}

const answered = (page: Page) => page.getByRole('button', { name: 'Regenerate' }).waitFor()
const messages = (page: Page) => page.locator('.message').allInnerTexts()
const overflow = (page: Page) => page.evaluate('Math.max(0, document.documentElement.scrollWidth - innerWidth)')

describe('whoever opens the dashboard', () => {
  test('signs in by name, sees the whole fleet, one worker of it, and signs out', async () => {
    const context = await browser.newContext()
    context.setDefaultTimeout(10_000)
    const page = await context.newPage()
    await page.goto(server.url)
    await page.getByLabel('Name').fill('grace')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { name: 'Requests by tier' }).waitFor()
    await page.getByText('4 answered').waitFor()
    const workers = page.locator('.worker-name')
    expect(await workers.count()).toBe(4)
    await workers.first().click()
    expect(await page.getByLabel('Show').inputValue()).not.toBe('')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await context.close()
  })

  test('is told kindly what is for admins, and sees nothing of it', async () => {
    await using visitor = await enter('bob', '/', { role: 'user' })
    const { page } = visitor
    await page.getByText('The overview is for admins').waitFor()
    expect(await page.getByRole('link', { name: 'Overview' }).count()).toBe(0)
    await page.goto(`${server.url}/explain?agent=assistant&user=ada`)
    await page.getByText('Explaining for other users is for admins').waitFor()
    await page.goto(`${server.url}/advice`)
    await page.getByText('The advice is for admins').waitFor()
    await page.goto(`${server.url}/agents/assistant`)
    await page.getByRole('link', { name: 'What it is' }).waitFor()
    expect(await page.getByRole('button', { name: 'Review changes' }).count()).toBe(0)
  })

  test('scrolls no page sideways on a phone, and nothing breaks the policy of the server', async () => {
    await using visitor = await enter('ada', '/', { width: 360 })
    const { page, complaints } = visitor
    const shown = {
      '/': 'Workers',
      '/agents': 'Assistant',
      '/agents/assistant': 'Tools',
      '/explain?agent=assistant': 'What happened',
      '/advice': 'Is what is served consistent?',
    }
    for (const [path, text] of Object.entries({ ...shown, '/chat': 'Whom would you like to ask?' })) {
      await page.goto(server.url + path)
      await page.getByText(text, { exact: true }).first().waitFor()
      expect([path, await overflow(page)]).toEqual([path, 0])
    }
    expect(complaints).toEqual([])
  })

  test('can do without a mouse: skip, open a dialog that keeps the focus, leave it with Escape', async () => {
    await using visitor = await enter('ada', '/agents')
    const { page } = visitor
    await page.getByText('Data analyst').waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
    await page.getByRole('button', { name: 'New agent' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'New agent' }).waitFor()
    for (let times = 0; times < 12; times++) {
      await page.keyboard.press('Tab')
      const where = "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
      expect(await page.evaluate(where)).toBe(true)
    }
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'New agent' }).waitFor({ state: 'detached' })
    expect(await page.evaluate('document.activeElement.textContent')).toContain('New agent')
  })
})

describe('a conversation', () => {
  test('shows tier, version and tool of each reply, and marks the first of another version', async () => {
    await using visitor = await enter('carol', '/chat?agent=assistant')
    const { page } = visitor
    await ask(page, 'What is 12 * 7?')
    await answered(page)
    const [, first] = await messages(page)
    expect(first).toMatch(/calculator\s+done\s+12 \* 7 = 84\s+(Build|Config) .*\n.*version \S{8}\s+worker \d+/s)
    await page.locator('.tool-call summary').click()
    await page.getByText('"expression": "12 * 7"').first().waitFor()

    await using editor = await enter('ada', '/agents/assistant')
    await editor.page.getByLabel('Description').fill('Calculates, mostly.')
    await editor.page.getByLabel('Instructions').fill('You calculate.')
    await editor.page.getByRole('button', { name: 'Review changes' }).click()
    await editor.page.locator('.difference ins').first().waitFor()
    await editor.page.getByRole('button', { name: 'Save' }).click()
    await editor.page.getByText('all workers have confirmed it').waitFor()

    await ask(page, 'What is 5 + 6?')
    await page.getByText('5 + 6 = 11', { exact: true }).waitFor()
    await page.getByText(/agent changed: version \S{8} → \S{8}/).waitFor()
  })

  test('goes on where it was after a reload in the middle of a reply', async () => {
    await using visitor = await enter('dave', '/chat?agent=assistant')
    const { page } = visitor
    await ask(page, 'Who are you?')
    await page.getByText('I am the small').waitFor()
    await page.reload()
    await answered(page)
    const [question, reply, ...more] = await messages(page)
    expect(question).toContain('Who are you?')
    expect(reply).toMatch(/^I am the small offline model.*speaks the OpenAI protocol\./s)
    expect(more).toEqual([])
  })

  test('loses and doubles nothing when its connection breaks in the middle of a reply', async () => {
    await using visitor = await enter('erin', '/agents')
    const { page } = visitor
    const connections: WebSocketRoute[] = []
    await page.routeWebSocket('**/ws', (connection) => {
      connections.push(connection)
      connection.connectToServer()
    })
    await page.goto(`${server.url}/chat?agent=assistant`)
    await ask(page, 'Who are you?')
    await page.getByText('I am the small').waitFor()
    await connections[0]!.close({ code: 4000 })
    await page.getByText('The connection is lost.').waitFor()
    await answered(page)
    expect(connections).toHaveLength(2)
    const [, reply, ...more] = await messages(page)
    expect(reply!.match(/I am the small offline model/g)).toHaveLength(1)
    expect(reply).toContain('speaks the OpenAI protocol.')
    expect(more).toEqual([])
  })

  test('is stopped and asked again, renamed and deleted', async () => {
    await using visitor = await enter('frank', '/chat?agent=assistant')
    const { page } = visitor
    await ask(page, 'Who are you?')
    await page.getByText('I am the small').waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('stopped').waitFor()
    await page.getByRole('button', { name: 'Regenerate' }).click()
    await page.getByText('speaks the OpenAI protocol.').waitFor()
    expect(await messages(page)).toHaveLength(2)
    await page.getByRole('button', { name: 'Rename Who are you?' }).click()
    await page.getByLabel('Title').fill('<b>Names</b>')
    await page.getByRole('button', { name: 'Rename', exact: true }).click()
    await page.getByRole('heading', { name: '<b>Names</b>' }).waitFor()
    await page.getByRole('button', { name: 'Delete <b>Names</b>' }).click()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('Your conversations will be here.').waitFor()
  })
})

describe('an agent', () => {
  test('is made, edited over the edit of another without losing either, rolled back and deleted', async () => {
    await using visitor = await enter('ada', '/agents')
    const { page } = visitor
    await page.getByRole('button', { name: 'New agent' }).click()
    await page.getByLabel('Name').fill('Poet')
    await page.getByLabel('Id').fill('poet')
    await page.getByLabel('Instructions').fill('Write verse.')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('heading', { name: 'Poet' }).waitFor()

    await page.getByLabel('Instructions').fill('Write good verse.')
    const theirs = { description: 'By another.', version: 1 }
    const edit = await page.request.put(`${server.url}/api/agents/poet`, { data: theirs, headers: { origin: server.url } })
    expect(edit.status()).toBe(200)
    await page.getByRole('button', { name: 'Review changes' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Somebody saved version 2 while you were editing version 1').waitFor()
    await page.getByRole('button', { name: 'Apply my changes to theirs' }).click()
    expect(await page.getByLabel('Description').inputValue()).toBe('By another.')
    expect(await page.getByLabel('Instructions').inputValue()).toBe('Write good verse.')
    await page.getByRole('button', { name: 'Review changes' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Version 3 is saved, and all workers have confirmed it.').waitFor()

    await page.getByRole('link', { name: 'Versions' }).click()
    await page.getByRole('button', { name: /^Version 1/ }).click()
    await page.getByRole('button', { name: 'Roll back to this' }).click()
    await page.getByRole('button', { name: 'Roll back', exact: true }).click()
    await page.getByText('Version 4 is saved').waitFor()
    await page.getByRole('link', { name: 'Edit', exact: true }).click()
    expect(await page.getByLabel('Instructions').inputValue()).toBe('Write verse.')

    await page.getByRole('button', { name: 'Delete' }).click()
    await page.locator('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('heading', { name: 'Agents' }).waitFor()
    expect(await page.getByRole('link', { name: 'Poet' }).count()).toBe(0)
  })

  test('is explained: who has it and why, and that all workers have dropped it', async () => {
    await using visitor = await enter('ada', '/chat?agent=planner')
    const { page } = visitor
    await ask(page, 'Hello')
    await answered(page)
    await page.locator('.chat-head').getByRole('link', { name: 'explain' }).click()
    await page.getByText('One worker serves it from memory.').waitFor()
    expect(await page.locator('.worker-item').count()).toBe(4)
    await page.getByRole('button', { name: 'Invalidate' }).click()
    await page.locator('dialog').getByRole('button', { name: 'Invalidate' }).click()
    await page.getByText('All workers have dropped it.').waitFor()
    await page.getByText('The next request builds it in full.').waitFor()
    expect(await page.locator('.timeline').innerText()).toContain('Invalidated: agent planner')
  })
})

test('advice says what to set and what that gives, tells every number to the keyboard, and names what is edited behind its back', async () => {
  await using visitor = await enter('ada', '/agents')
  const { page, complaints } = visitor
  await page.route('**/api/advice', (route) => route.fulfill({ json: adviceFixture(Date.now()) }))
  await page.getByRole('link', { name: 'Advice' }).click()
  await page.getByText('REKINDLE_CONFIG_TTL_MS=43200000').waitFor()
  await page.getByText(/^Without a full build: \S+% instead of \S+% of requests\.$/).waitFor()

  const grid = page.getByRole('grid')
  await grid.getByRole('gridcell', { name: /% ?, now$/ }).waitFor()
  await grid.locator('td').first().focus()
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key)
  const facts = page.locator('.grid-facts')
  await facts.getByText('There:').waitFor()
  expect(await facts.innerText()).toMatch(/Config time to live\s+5 min.*Agents in memory\s+50\s/s)
  expect(await facts.innerText()).toContain(await page.locator(':focus').innerText())

  const curve = page.locator('.card', { hasText: 'If kept for longer' })
  await curve.getByRole('img', { name: /^Hit rates by config time to live: now Memory \d/ }).waitFor()
  await curve.getByLabel('What is changed').selectOption('Idle time')
  await curve.getByText('As a table').click()
  expect(await curve.getByRole('row').count()).toBe(17)
  expect(await curve.getByRole('row', { name: /^7 d / }).innerText()).toMatch(/kB|MB/)

  await page.getByText('Something edits agents without invalidating them:').waitFor()
  expect(await page.getByRole('link', { name: 'planner' }).getAttribute('href')).toBe('/agents/planner')
  await page.getByText(/^99\.01% was as the database has it: 3 of 306 was not\.$/).waitFor()

  await page.unroute('**/api/advice')
  const busy = { error: { code: 'busy', message: 'The advice is not ready yet.' } }
  await page.route('**/api/advice', (route) => route.fulfill({ status: 503, json: busy }))
  await page.reload()
  await page.getByText('The advice could not be loaded').waitFor()
  await page.unroute('**/api/advice')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Is what is served consistent?').waitFor()
  expect(complaints).toEqual([])
})

test('when the server is gone, the page says so, and keeps what it last knew', async () => {
  await using visitor = await enter('ada', '/')
  const { page } = visitor
  await page.getByText('4 answered').waitFor()
  await server.stop()
  await page.getByText('The server cannot be reached.').waitFor()
  await page.getByText(/What you see is from/).waitFor()
  expect(await page.locator('.worker-name').count()).toBe(4)
})
