import { describe, expect, test, vi } from 'vitest'
import { excerptOf, presentable } from './presentable.ts'

describe('the text of an error that others may read', () => {
  test('is left as it is if it holds no secret', () => {
    expect(presentable('Error: connect ECONNREFUSED 10.0.0.7:5432')).toBe('Error: connect ECONNREFUSED 10.0.0.7:5432')
  })

  test('has no password of an address', () => {
    expect(presentable('no route to redis://cache:hunter2@10.0.0.7:6379/0 or pg://u:p@db')).toBe(
      'no route to redis://…@10.0.0.7:6379/0 or pg://…@db',
    )
  })

  test('is left out with any other secret in it', () => {
    vi.stubEnv('CRM_TOKEN', 'tell-nobody-0815-4711')
    expect(presentable('denied for tell-nobody-0815-4711')).toBe(
      '(not shown: it holds what looks like the value of the environment variable CRM_TOKEN)',
    )
    expect(presentable(`denied for sk-${'x'.repeat(24)}`)).not.toContain('xxx')
    vi.unstubAllEnvs()
  })

  test('is remembered as an excerpt, which ends with no part of a secret', () => {
    const excerpt = excerptOf(`${'word '.repeat(99)}sk-${'x'.repeat(400)}`)
    expect(excerpt.length).toBeLessThanOrEqual(501)
    expect(excerpt).not.toContain('sk-')
    expect(excerptOf('short')).toBe('short')
  })
})
