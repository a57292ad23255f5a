import { describe, expect, test } from 'vitest'
import { findSecret, secretsIn } from './secret-guard.ts'

const of = (length: number) => 'Ab1'.repeat(length).slice(0, length)

describe('findSecret', () => {
  test.each([
    ['an API key (sk-…)', `sk-proj-${of(40)}`],
    ['an API key (sk-…)', `Bearer sk-ant-api03-${of(40)}`],
    ['a GitHub token', `ghp_${of(36)}`],
    ['a GitHub token', `github_pat_${of(60)}`],
    ['a GitLab token', `glpat-${of(20)}`],
    ['a Slack token', `xoxb-${of(30)}`],
    ['an AWS access key', 'AKIAIOSFODNN7EXAMPLE'],
    ['a Google API key', `AIza${of(35)}`],
    ['a Stripe key', `sk_live_${of(24)}`],
    ['a JSON Web Token', `eyJhbGciOiJI.eyJzdWIiOiIx.${of(20)}`],
    ['a private key', `-----BEGIN OPENSSH PRIVATE KEY-----\n${of(40)}`],
    ['an address with a password', 'postgres://app:hunter2@db.internal/agents'],
  ])('finds %s, wherever it is, and names the path', (what, secret) => {
    const config = { tools: [{ name: 'crm' }, { options: { 'x-token': secret } }] }
    expect(findSecret(config, [])).toEqual({ path: '$.tools[1].options["x-token"]', what })
    expect(findSecret({ headers: { [secret]: 1 } }, [])?.path).toBe('$.headers')
  })

  test('finds the value of an environment variable that is named like a secret, and tells the name only', () => {
    const environment = { CRM_TOKEN: 'tok-4711-xyz', HOME: '/home/app-4711', api_key: 'k3y-of-lower-case' }
    const found = findSecret({ instructions: 'Use tok-4711-xyz to log in.' }, secretsIn(environment))
    expect(found).toEqual({ path: '$.instructions', what: 'the value of the environment variable CRM_TOKEN' })
    expect(findSecret(['/home/app-4711'], secretsIn(environment))).toBeUndefined()
    expect(findSecret('k3y-of-lower-case', secretsIn(environment))?.what).toContain('api_key')
  })

  test.each([
    ['prose about keys', 'Ask for the sk- key, then say "Bearer".'],
    ['a reference to a secret', { token: { $secret: 'CRM_TOKEN' } }],
    ['an address without a password', 'https://user@example.com/a:b@c'],
    ['the value of a variable that is a mere word', 'postgres and production'],
    ['numbers, null and booleans', [1, null, true, { a: 0.5 }]],
  ])('lets %s pass', (_, config) => {
    const environment = { DB_PASSWORD: 'postgres', STAGE_KEY: 'production', EMPTY_TOKEN: '', UNSET_SECRET: undefined }
    expect(findSecret(config, secretsIn(environment))).toBeUndefined()
  })

  test('does not take the end of one text and the beginning of the next for a secret', () => {
    expect(findSecret(['https://user', ':hunter2@host', 'sk-', 'abcdefghijklmnopqrstuv'], [])).toBeUndefined()
    expect(findSecret(['first', 'second-2'], secretsIn({ TWO_LINES_KEY: 'first\nsecond-2' }))).toBeUndefined()
    expect(findSecret(['a', 'first\nsecond-2'], secretsIn({ TWO_LINES_KEY: 'first\nsecond-2' }))?.path).toBe('$[1]')
  })

  test('takes a thousand short texts as one: each by itself, with a hundred secrets in the environment, they take far longer', () => {
    const environment = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`SERVICE_${n}_TOKEN`, `token-${n}-${of(24)}`]))
    const many = Array.from({ length: 1_000 }, (_, n) => `order ${n}`)
    const known = secretsIn(environment)
    const fastest = (search: () => unknown) => {
      const durations = Array.from({ length: 30 }, () => {
        const started = performance.now()
        search()
        return performance.now() - started
      })
      return Math.min(...durations)
    }
    const asOne = fastest(() => findSecret(many, known))
    expect(fastest(() => many.map((text) => findSecret(text, known))) / asOne).toBeGreaterThan(2.5)
  })

  test.each(['a.', 'eyJ-', 'sk-', '-----BEGIN ', 'a://b:', 'a://', 'x:y@'])('reads a megabyte of %j in no time', (piece) => {
    const started = performance.now()
    expect(findSecret(piece.repeat(1_000_000 / piece.length), [])?.what ?? 'none').toMatch(/^(none|an API key)/)
    // Quadratic, it would be minutes.
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})
