import { APICallError, TypeValidationError } from 'ai'
import { describe, expect, it } from 'vitest'
import { loggedError } from './log-options.ts'
import { redactor } from './redactor.ts'

const redact = redactor({ OPENAI_API_KEY: 'sk-12345', DATABASE_URL: 'postgres://me:p%40ss%20word@db/x', HOME: '/root' })

describe('what the log keeps of an error', () => {
  it('is what helps to find it: kind, message, code, status and place', () => {
    const logged = loggedError(Object.assign(new TypeError('broken', { cause: new Error('why') }), { code: 'EX' }), redact)
    expect(logged).toMatchObject({ type: 'TypeError', message: 'broken', code: 'EX', cause: { type: 'Error', message: 'why' } })
    expect(logged.stack).toMatch(/^ +at .*log-options\.test\.ts/)
  })

  it('is not the request that a provider’s error carries', () => {
    const error = new APICallError({
      message: 'Bad key sk-12345',
      url: 'https://api.example/v1',
      requestBodyValues: { messages: ['hunter2'] },
      responseBody: 'hunter2',
      statusCode: 401,
    })
    const logged = loggedError(error, redact)
    expect(logged).toMatchObject({ type: 'AI_APICallError', message: 'Bad key [secret]', statusCode: 401 })
    expect(JSON.stringify(logged)).not.toContain('hunter2')
  })

  it('is not the message that was found wrong', () => {
    const wrong = new TypeValidationError({ value: 'hunter2', cause: new Error('hunter2') })
    expect(JSON.stringify(loggedError(wrong, redact))).not.toContain('hunter2')
    expect(loggedError(wrong, redact).message).toContain('left out')
    expect(loggedError(new SyntaxError('Unexpected token h, "hunter2"'), redact).message).toContain('left out')
  })

  it('is not the command that Redis refused', () => {
    const refused = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['hunter2'] } })
    expect(JSON.stringify(loggedError(refused, redact))).not.toContain('hunter2')
  })

  it('holds no password of the environment, encoded or not', () => {
    expect(redact('p@ss word, p%40ss%20word and sk-12345 at /root')).toBe('[secret], [secret] and [secret] at /root')
  })

  it('is something for whatever was thrown', () => {
    expect(loggedError('hunter2', redact)).toEqual({ type: 'string', message: expect.any(String) as string, stack: '' })
  })
})
