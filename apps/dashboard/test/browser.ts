import { accessSync, constants } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

const places = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The browser of the system: none is downloaded. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = places.find((place) => place !== undefined && isProgram(place))
  if (executablePath === undefined) {
    throw new Error('These tests need Chromium. Install the package "chromium" of your system, or say with CHROMIUM where it is.')
  }
  // Nothing but the pages it is told to open; and Debian's sandbox does not work for root.
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run']
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', ...quiet] })
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export interface Visit extends AsyncDisposable {
  readonly page: Page
  /** What the page complained of: scripts and styles that the server's policy refuses, errors that nobody caught. */
  readonly complaints: readonly string[]
}

export interface VisitOptions {
  readonly url: string
  readonly path?: string
  readonly name?: string
  readonly role?: 'admin' | 'user'
  readonly width?: number
}

/** A visitor of their own, signed in, at a page. */
export async function visit(browser: Browser, options: VisitOptions): Promise<Visit> {
  const { url, path = '/', name = 'ada', role = 'admin', width = 1_280 } = options
  const context = await browser.newContext({ viewport: { width, height: 800 }, reducedMotion: 'reduce', locale: 'en-GB' })
  context.setDefaultTimeout(10_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('console', (message) => {
    // Refusals of the API are shown on the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text())
  })
  const login = await context.request.post(`${url}/api/login`, { data: { userId: name, role }, headers: { origin: url } })
  if (!login.ok()) throw new Error(`${name} could not sign in: ${await login.text()}`)
  await page.goto(url + path)
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() }
}
