import { AgentNotFoundError, BuildTimeoutError, QueueFullError } from 'rekindle'
import { describe, expect, it } from 'vitest'
import { problemOf } from './problem.ts'

describe('what a client is told of an error', () => {
  it.each([
    [new AgentNotFoundError('x'), 404, 'agent-not-found'],
    [new QueueFullError(10), 503, 'busy'],
    [new BuildTimeoutError('load', 30_000), 504, 'build-timeout'],
    [Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' }), 503, 'unavailable'],
    [new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]), 503, 'unavailable'],
    [new Error('Connection terminated unexpectedly'), 503, 'unavailable'],
    [Object.assign(new Error('terminating connection'), { code: '57P01' }), 503, 'unavailable'],
    [new Error('password=hunter2 at /srv/app.js:12'), 500, 'internal'],
    ['a string', 500, 'internal'],
    [undefined, 500, 'internal'],
  ])('says of %s: %i %s', (error, status, code) => {
    const problem = problemOf(error)
    expect(problem).toMatchObject({ status, code })
    expect(problem.message).not.toMatch(/hunter2|10\.0\.0\.7|srv/)
  })
})
