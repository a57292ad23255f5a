import { stepTo } from './json-path.ts'

/** A string of a config that must not get into a store. */
export interface FoundSecret {
  /** Where it is, as JavaScript would write it: `$.tools[2].options.token`. */
  readonly path: string
  /** What it looks like; never the secret itself. */
  readonly what: string
}

/** What issuers give their secrets so that they can be recognised. Lengths are bounded: no text makes a search slow. */
const shapes: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['an API key (sk-…)', /\bsk-[A-Za-z0-9_-]{20,}/],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})/],
  ['a GitLab token', /\bglpat-[A-Za-z0-9_-]{20,}/],
  ['a Slack token', /\bxox[abeoprs]-[A-Za-z0-9-]{20,}/],
  ['an AWS access key', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['a Google API key', /\bAIza[A-Za-z0-9_-]{35}/],
  ['a Stripe key', /\b[rs]k_(?:live|test)_[A-Za-z0-9]{20,}/],
  ['a JSON Web Token', /\beyJ[A-Za-z0-9_-]{8,150}\.eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8}/],
  ['a private key', /-----BEGIN (?:[A-Z]{1,20} ){0,4}PRIVATE KEY-----/],
  ['an address with a password', /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{1,200}:[^\s/@]{1,200}@/i],
]

const secretName = /(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)(?:_|$)/i

/** Shorter values, and words, would be found in any text. */
const isTelling = (value: string): boolean => value.length >= 16 || (value.length >= 8 && /\d/.test(value) && /\D/.test(value))

/**
 * The first string of `config`, property names included, that has the shape of a known kind of secret, or contains the value of
 * an environment variable whose name says that it is one (`CRM_TOKEN`, `DB_PASSWORD`). References to secrets,
 * `{ "$secret": "CRM_TOKEN" }`, are what belongs there instead: they hold a name only.
 *
 * `config` is a JSON value. All its strings are searched as one text first: as a rule there is nothing to be found, and many
 * short searches take several times as long.
 */
export function findSecret(config: unknown, environment: Readonly<Record<string, string | undefined>>): FoundSecret | undefined {
  // Each value that is read from the environment of a process is a call to the system.
  const names = Object.keys(environment).filter((name) => secretName.test(name))
  const values = names
    .map((name) => [name, environment[name]] as const)
    .filter((entry): entry is [string, string] => entry[1] !== undefined && isTelling(entry[1]))
  const judge = (text: string): string | undefined => {
    const shape = shapes.find(([, pattern]) => pattern.test(text))
    if (shape !== undefined) return shape[0]
    const variable = values.find(([, value]) => text.includes(value))
    return variable && `the value of the environment variable ${variable[0]}`
  }
  const texts: string[] = []
  collect(config, texts)
  // What is found across two strings is in neither of them, and not found again.
  return judge(texts.join('\n')) === undefined ? undefined : find(config, '$', judge)
}

/** The strings of a JSON value, and the names of its properties. */
function collect(value: unknown, texts: string[]): void {
  if (typeof value === 'string') texts.push(value)
  else if (Array.isArray(value)) for (const item of value) collect(item, texts)
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      texts.push(name)
      collect(inner, texts)
    }
  }
}

function find(value: unknown, path: string, judge: (text: string) => string | undefined): FoundSecret | undefined {
  if (typeof value === 'string') {
    const what = judge(value)
    return what === undefined ? undefined : { path, what }
  }
  if (typeof value !== 'object' || value === null) return undefined
  const isList = Array.isArray(value)
  for (const [name, inner] of Object.entries(value)) {
    const named = isList ? undefined : judge(name)
    if (named !== undefined) return { path, what: `a property whose name is ${named}` }
    const found = find(inner, path + stepTo(isList ? Number(name) : name), judge)
    if (found !== undefined) return found
  }
  return undefined
}
