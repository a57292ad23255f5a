import { describe, expect, it } from 'vitest'
import { serverSetup } from './server-setup.ts'

const refusal = (setup: unknown): string => {
  const [issue] = serverSetup.safeParse(setup).error?.issues ?? []
  return issue === undefined ? 'none' : `${issue.path.join('.')}: ${issue.message}`
}

describe('how to reach an MCP server', () => {
  it.each([
    { local: 'files' },
    { url: 'https://crm.example/mcp' },
    {
      url: 'http://127.0.0.1:8080/sse?tenant=7',
      type: 'sse',
      headers: { 'X-Tenant': '7', Authorization: { $secret: 'CRM_TOKEN' } },
    },
  ])('is %j', (setup) => {
    expect(serverSetup.parse(setup)).toEqual(setup)
  })

  it.each([
    ['a program', { command: 'rm', args: ['-rf', '/'] }, /Unrecognized/],
    ['nothing', {}, /either/],
    ['both', { local: 'files', url: 'https://crm.example' }, /either/],
    ['a program with headers', { local: 'files', headers: {} }, /either/],
    ['a file', { url: 'file:///etc/passwd' }, /^url: .*http/],
    ['no address', { url: 'https://' }, /^url: /],
    ['a password in the address', { url: 'https://ada:pw@crm.example' }, /^url: Addresses hold no secrets/],
    ['a key in the address', { url: 'https://crm.example?api_key=1' }, /^url: Addresses hold no secrets/],
    [
      'a secret as it is',
      { url: 'https://crm.example', headers: { Authorization: 'Bearer x' } },
      /^headers.Authorization: Secrets/,
    ],
    ['a secret of another kind', { url: 'https://crm.example', headers: { 'x-api-key': 'x' } }, /^headers.x-api-key: Secrets/],
    ['a secret of the machine', { url: 'https://crm.example', headers: { a: { $secret: 'local:files:TOKEN' } } }, /^headers.a/],
    ['a header that ends the line', { url: 'https://crm.example', headers: { a: 'b\r\nHost: c' } }, /^headers.a/],
    ['a header of a strange name', { url: 'https://crm.example', headers: { 'a b': 'c' } }, /^headers/],
  ])('is not %s', (_what, setup, message) => {
    expect(refusal(setup)).toMatch(message)
  })
})
