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
 */
export function findSecret(config: unknown, environment: Readonly<Record<string, string | undefined>>): FoundSecret | undefined {
  const values = Object.entries(environment).filter(
    (entry): entry is [string, string] => secretName.test(entry[0]) && entry[1] !== undefined && isTelling(entry[1]),
  )
  return find(config, '$', (text) => {
    const shape = shapes.find(([, pattern]) => pattern.test(text))
    if (shape !== undefined) return shape[0]
    const variable = values.find(([, value]) => text.includes(value))
    return variable && `the value of the environment variable ${variable[0]}`
  })
}

function find(value: unknown, path: string, judge: (text: string) => string | undefined): FoundSecret | undefined {
  if (typeof value === 'string') {
    const what = judge(value)
    return what === undefined ? undefined : { path, what }
  }
  if (typeof value !== 'object' || value === null) return undefined
  const isList = Array.isArray(value)
  for (const [name, inner] of Object.entries(value)) {
    if (!isList && judge(name) !== undefined) return { path, what: `a property whose name is ${judge(name)}` }
    const step = isList ? `[${name}]` : /^[\w$]+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
    const found = find(inner, path + step, judge)
    if (found !== undefined) return found
  }
  return undefined
}
