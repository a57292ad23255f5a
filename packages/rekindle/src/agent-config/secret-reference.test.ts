import { describe, expect, it } from 'vitest'
import { UnresolvedSecretError } from '../errors.ts'
import { isSecretReference, resolveSecrets } from './secret-reference.ts'

const resolve = (name: string) => `<${name}>`

describe('resolveSecrets', () => {
  it('puts secrets in the place of their references, at any depth, and changes nothing else', async () => {
    const options = { url: 'u', auth: { token: { $secret: 'A' } }, keys: [{ $secret: 'B' }, 'plain', null, 3] }
    const before = structuredClone(options)
    await expect(resolveSecrets(options, '$', resolve)).resolves.toEqual({
      url: 'u',
      auth: { token: '<A>' },
      keys: ['<B>', 'plain', null, 3],
    })
    expect(options).toEqual(before)
  })

  it('waits for secrets that come from elsewhere', async () => {
    await expect(resolveSecrets({ $secret: 'A' }, '$', async (name) => resolve(name))).resolves.toBe('<A>')
  })

  it('gives back the value itself if there is nothing to resolve', async () => {
    const options = Object.freeze({ a: [1, { b: 'c' }] })
    expect(await resolveSecrets(options, '$', undefined)).toBe(options)
  })

  it('says which secret has nobody to resolve it, and where', async () => {
    const error = await resolveSecrets({ a: [{ $secret: 'A' }] }, '$.tools[1].options', undefined).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(UnresolvedSecretError)
    expect(error).toMatchObject({
      path: '$.tools[1].options.a[0]',
      message: expect.stringContaining("the secret 'A'. Give resolveSecret"),
    })
  })

  it.each([undefined, null, 12345, { secret: 'hunter2' }])('refuses %j for a secret, without repeating it', async (secret) => {
    const error = await resolveSecrets({ $secret: 'A' }, '$', (() => secret) as never).catch((thrown: unknown) => thrown as Error)
    expect(error).toBeInstanceOf(UnresolvedSecretError)
    expect(String(error)).not.toMatch(/hunter2|12345/)
  })

  it.each([{ $secret: 3 }, { $secret: '' }, { $secret: 'A', or: 'hunter2' }])(
    'refuses the badly written reference %j',
    async (reference) => {
      await expect(resolveSecrets({ token: reference }, '$', resolve)).rejects.toThrow(
        /^\$\.token: a reference to a secret is written/,
      )
    },
  )

  it('passes on unchanged what the resolver throws', async () => {
    const down = new Error('vault is down')
    await expect(resolveSecrets({ $secret: 'A' }, '$', () => Promise.reject(down))).rejects.toBe(down)
  })
})

describe('isSecretReference', () => {
  it('is true of { $secret: name } only', () => {
    expect(isSecretReference({ $secret: 'A' })).toBe(true)
    for (const other of [null, 'A', { $secret: 1 }, { $secret: 'A', b: 1 }, ['$secret'], Object.create({ $secret: 'A' })]) {
      expect(isSecretReference(other)).toBe(false)
    }
  })
})
