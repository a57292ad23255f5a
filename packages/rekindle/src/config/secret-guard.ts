import { stepTo } from './json-path.ts'

/** A string of a config that must not get into a store. */
export interface FoundSecret {
  /** Where it is, as JavaScript would write it: `$.tools[2].options.token`. */
  readonly path: string
  /** What it looks like; never the secret itself. */
  readonly what: string
}

interface Shape {
  readonly what: string
  /** Every such secret has one of these: to look for them costs a tenth of what the pattern does. */
  readonly marks: readonly string[]
  readonly pattern: RegExp
}

/** What issuers give their secrets so that they can be recognised. Lengths are bounded: no text makes a search slow. */
const shapes: readonly Shape[] = [
  { what: 'an API key (sk-…)', marks: ['sk-'], pattern: /\bsk-[A-Za-z0-9_-]{20,}/ },
  {
    what: 'a GitHub token',
    marks: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})/,
  },
  { what: 'a GitLab token', marks: ['glpat-'], pattern: /\bglpat-[A-Za-z0-9_-]{20,}/ },
  { what: 'a Slack token', marks: ['xox'], pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{20,}/ },
  { what: 'an AWS access key', marks: ['AKIA', 'ASIA'], pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/ },
  { what: 'a Google API key', marks: ['AIza'], pattern: /\bAIza[A-Za-z0-9_-]{35}/ },
  { what: 'a Stripe key', marks: ['k_live_', 'k_test_'], pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{20,}/ },
  {
    what: 'a JSON Web Token',
    marks: ['.eyJ'],
    pattern: /\beyJ[A-Za-z0-9_-]{8,150}\.eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8}/,
  },
  { what: 'a private key', marks: ['PRIVATE KEY-----'], pattern: /-----BEGIN (?:[A-Z]{1,20} ){0,4}PRIVATE KEY-----/ },
  {
    what: 'an address with a password',
    marks: ['://'],
    pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{1,200}:[^\s/@]{1,200}@/i,
  },
]

const secretName = /(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)(?:_|$)/i

/** Shorter values, and words, would be found in any text. */
const isTelling = (value: string): boolean => value.length >= 16 || (value.length >= 8 && /\d/.test(value) && /\D/.test(value))

/** The secrets that a process has in its environment, by the names of the variables. */
export type KnownSecrets = readonly (readonly [name: string, value: string])[]

/** What the variables hold whose names say that it is a secret (`CRM_TOKEN`, `DB_PASSWORD`). */
export function secretsIn(environment: Readonly<Record<string, string | undefined>>): KnownSecrets {
  // Each value that is read from the environment of a process is a call to the system.
  const names = Object.keys(environment).filter((name) => secretName.test(name))
  return names
    .map((name) => [name, environment[name]] as const)
    .filter((entry): entry is [string, string] => entry[1] !== undefined && isTelling(entry[1]))
}

/**
 * The first string of `config`, property names included, that has the shape of a known kind of secret, or contains one of `known`.
 * References to secrets, `{ "$secret": "CRM_TOKEN" }`, are what belongs there instead: they hold a name only.
 *
 * `config` is a JSON value. All its strings are searched as one text first: as a rule there is nothing to be found, and many
 * short searches take several times as long.
 */
export function findSecret(config: unknown, known: KnownSecrets): FoundSecret | undefined {
  const judge = (text: string): string | undefined => {
    const shape = shapes.find(({ marks, pattern }) => marks.some((mark) => text.includes(mark)) && pattern.test(text))
    if (shape !== undefined) return shape.what
    const variable = known.find(([, value]) => text.includes(value))
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
