import { relative } from 'node:path'
import type { OtherEdits } from './changes/follow-changes.ts'
import type { ServerModels } from './models/models.ts'
import { shownUrl } from './settings.ts'
import type { Settings } from './settings.ts'

export interface StartFacts {
  readonly settings: Settings
  readonly port: number
  readonly models: Pick<ServerModels, 'defaultModel' | 'offline'>
  /** The sample agents have just been added. */
  readonly seeded: boolean
  readonly storeAnswers: boolean
  /** `undefined` where the database is SQLite. */
  readonly otherEdits: OtherEdits | undefined
  readonly readyMs: number
  /** Of the primary. */
  readonly pid: number
  /** The working directory: files below it are shown relative to it. */
  readonly here: string
}

export type Style = (style: 'bold' | 'dim' | 'yellow', text: string) => string

/** What the server says once it is ready: where it is, what it uses, how to change each, and what to try. */
export function startReport(facts: StartFacts, style: Style = (_style, text) => text): string {
  const { settings, port, seeded, storeAnswers, otherEdits, models, readyMs } = facts
  const address = addressOf(settings.host, port)
  const warnings = [
    ...(models.offline ? [offlineWarning] : []),
    ...(storeAnswers ? [] : ['The store does not answer. Agents are served without it, more slowly, until it does.']),
    ...(otherEdits?.seen === false ? [unseenEdits(otherEdits.because)] : []),
  ]
  const paragraphs = [
    style('bold', `Rekindle is ready at ${address}`) + style('dim', ` (${(readyMs / 1000).toFixed(1)} s)`),
    table(partsOf(facts), style),
    `Dashboard: ${address}/\n${signingIn(settings)}`,
    ...(seeded ? ['Three sample agents were added to the empty database: assistant, data-analyst, planner.'] : []),
    ...(otherEdits?.seen ? ['Edits by other programs, such as psql, are seen at once: the database tells of them.'] : []),
    ...warnings.map((warning) => style('yellow', `! ${warning}`)),
    `Try:\n${example(address, settings)}`,
  ]
  return `\n${paragraphs.join('\n\n')}\n`.replaceAll(/^(?=.)/gm, '  ') + '\n'
}

function signingIn({ developmentLogin, tokens, adminToken }: Settings): string {
  if (developmentLogin) {
    return 'Sign in with any name: this is the development login, for this machine alone. With NODE_ENV=production it is off.'
  }
  const known = tokens.secret !== undefined || tokens.jwksUrl !== undefined
  const ways = [
    ...(known ? ['a JSON Web Token'] : []),
    'an API key',
    ...(adminToken === undefined ? [] : ['REKINDLE_ADMIN_TOKEN']),
  ]
  return `Sign in with ${new Intl.ListFormat('en', { type: 'disjunction' }).format(ways)}.`
}

const offlineWarning = [
  'No model is set up: answers come from a small offline model, which only passes simple requests on to tools.',
  '  For a real one set OPENAI_API_KEY, ANTHROPIC_API_KEY or GOOGLE_GENERATIVE_AI_API_KEY,',
  '  or OPENAI_BASE_URL and REKINDLE_MODEL for any endpoint that speaks the OpenAI protocol.',
].join('\n')

function unseenEdits(because: string): string {
  return `Edits by other programs are seen only when configs expire, within an hour: PostgreSQL allows no triggers (${because}).`
}

type Row = readonly [part: string, value: string, howToChange: string]

function partsOf({ settings, port, models, pid, here }: StartFacts): Row[] {
  const { databaseUrl, redisUrl } = settings
  const file = (path: string): string => (path.startsWith(`${here}/`) ? relative(here, path) : path)
  return [
    ['address', `${settings.host}, port ${port}`, 'HOST, PORT'],
    ['workers', String(settings.workers), `REKINDLE_WORKERS; kill -USR2 ${pid} restarts them one by one`],
    redisUrl === undefined
      ? ['store', `SQLite, ${file(settings.storePath)}`, 'REDIS_URL=redis://… for Redis']
      : ['store', `Redis, ${shownUrl(redisUrl)}`, 'without REDIS_URL: SQLite'],
    databaseUrl === undefined
      ? ['database', `SQLite, ${file(settings.databasePath)}`, 'DATABASE_URL=postgres://… for PostgreSQL']
      : ['database', `PostgreSQL, ${shownUrl(databaseUrl)}`, 'without DATABASE_URL: SQLite'],
    ['model', models.defaultModel, models.offline ? 'OPENAI_API_KEY=…, or see below' : 'REKINDLE_MODEL=provider:model'],
  ]
}

function table(rows: readonly Row[], style: Style): string {
  const width = Math.max(...rows.map(([, value]) => value.length))
  return rows
    .map(([part, value, howToChange]) => `${part.padEnd(10)}${value.padEnd(width + 3)}${style('dim', howToChange)}`)
    .join('\n')
}

function example(address: string, { developmentLogin }: Settings): string {
  const who = developmentLogin ? '-u developer:admin' : `-H "authorization: Bearer $TOKEN"`
  const message = { id: '1', role: 'user', parts: [{ type: 'text', text: 'What is 12 * 7?' }] }
  return [
    `curl -N ${who} ${address}/api/agents/assistant/chat -H 'content-type: application/json' \\`,
    `  -d '${JSON.stringify({ id: '1', messages: [message] })}'`,
  ].join('\n')
}

/** One that can be clicked: the wildcard addresses stand for this machine too. */
function addressOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}
