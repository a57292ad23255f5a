// `node apps/dashboard/test/take-screenshots.ts`: the pictures of docs/dashboard.md, from a real server with some traffic.
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { startServer } from '../../server/test/server-process.ts'
import { openBrowser, visit, type VisitOptions } from './browser.ts'
import { adviceOnRecordedDays } from './recorded-days.ts'

const folder = fileURLToPath(new URL('../../../docs/images/', import.meta.url))
/** Until the charts have something to show. */
const trafficMs = 75_000

mkdirSync(folder, { recursive: true })
await using server = await startServer({ env: { REKINDLE_WORKERS: '4', REKINDLE_OFFLINE_PACE_MS: '10' } })
const { url } = server
const browser = await openBrowser()

const agents = ['assistant', 'assistant', 'assistant', 'planner', 'data-analyst']
const questions = ['What is 12 * 7?', 'What time is it in Berlin?', 'Convert 10 km to miles.', 'Who are you?']
const people = Array.from({ length: 24 }, (_, at) => `user-${at}`)

async function converse(user: string, at: number, until: number): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${user}:`).toString('base64')}`
  for (let turn = 0; Date.now() < until; turn++) {
    const text = questions[(at + turn) % questions.length]!
    const message = { id: `question-${turn}`, role: 'user', parts: [{ type: 'text', text }] }
    const response = await fetch(`${url}/api/agents/${agents[(at + turn) % agents.length]}/chat`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ id: `conversation-${at}`, messages: [message] }),
    })
    await response.text()
    await delay(1_500 + 3_000 * Math.random())
  }
}

const until = Date.now() + trafficMs
const talks = people.map((user, at) => converse(user, at, until))
await delay(trafficMs * 0.6)
const edit = { description: 'Everyday help: calculates, tells the time anywhere, converts units. Briefly.' }
await fetch(`${url}/api/agents/assistant`, {
  method: 'PUT',
  headers: { authorization: `Basic ${btoa('ada:admin')}`, 'content-type': 'application/json' },
  body: JSON.stringify(edit),
})
await Promise.all(talks)

interface Look {
  readonly dark?: boolean
  /** What lies over the page, or goes on for long: it ends with the window. */
  readonly isCut?: boolean
}

async function shoot(
  name: string,
  options: Omit<VisitOptions, 'url'>,
  show: (page: Page) => Promise<unknown>,
  { dark = false, isCut = false }: Look = {},
): Promise<void> {
  await using visitor = await visit(browser, { url, ...options })
  const { page } = visitor
  if (dark) await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  await show(page)
  await page.screenshot({ path: `${folder}${name}.png`, fullPage: !isCut })
}

const overview = (page: Page) => page.getByText('4 answered').waitFor()
/** After a minute of traffic there is none to speak of: this is on two days of made-up traffic. */
async function advice(page: Page): Promise<void> {
  const json = await adviceOnRecordedDays(Date.now())
  await page.route('**/api/advice', (route) => route.fulfill({ json }))
  await page.reload()
  await page.getByText('Both at once').waitFor()
}
async function talk(page: Page): Promise<void> {
  await page.getByText('Assistant').first().click()
  for (const question of ['What is 12 * 7?', 'What time is it in Tokyo?']) {
    await page.getByLabel('Message', { exact: true }).fill(question)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Regenerate' }).waitFor()
  }
  await page.locator('.tool-call summary').first().click()
}

await shoot('overview', {}, overview)
await shoot('overview-dark', {}, overview, { dark: true })
await shoot('overview-phone', { width: 360 }, overview)
await shoot('agents', { path: '/agents' }, (page) => page.getByText('Data analyst').waitFor())
await shoot(
  'agent-review',
  { path: '/agents/planner' },
  async (page) => {
    await page
      .getByLabel('Instructions')
      .fill('You are a planner: you work out dates, deadlines and simple schedules.\nAnswer in one line.')
    await page.getByRole('button', { name: 'Review changes' }).click()
    await page.locator('.difference ins').first().waitFor()
  },
  { isCut: true },
)
await shoot('advice', { path: '/advice' }, advice)
await shoot('advice-phone-dark', { path: '/advice', width: 360 }, advice, { dark: true, isCut: true })
await shoot('explain', { path: '/explain?agent=assistant&user=user-0' }, (page) => page.getByText('What happened').waitFor())
await shoot('chat', { path: '/chat' }, talk)
await shoot('chat-phone-dark', { path: '/chat', width: 360, name: 'grace' }, talk, { dark: true })
await shoot('unreachable', {}, async (page) => {
  await overview(page)
  await page.route('**/api/**', (route) => route.abort())
  await delay(5_000)
})
const context = await browser.newContext({ viewport: { width: 1_280, height: 800 } })
const stranger = await context.newPage()
await stranger.goto(url)
await stranger.getByRole('heading', { name: 'Sign in' }).waitFor()
await stranger.screenshot({ path: `${folder}sign-in.png` })
await browser.close()
