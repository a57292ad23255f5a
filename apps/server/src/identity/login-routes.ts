import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { assertSameOrigin } from '../http/same-origin.ts'
import { operation } from '../openapi/operation.ts'
import { parseRequest } from '../parse-request.ts'
import type { Authenticator } from './authenticator.ts'
import { countFailures } from './identify.ts'
import type { Identity } from './identity.ts'
import type { RequestLimits } from './request-limits.ts'
import type { SessionCookies } from './session-cookies.ts'

const role = z.enum(['user', 'admin'])

const loginBody = z.union(
  [
    z.strictObject({ token: z.string().min(1).max(8_192).describe('A JSON Web Token, an API key or the admin token.') }),
    z.strictObject({
      userId: z.string().min(1).max(200).describe('The development login: a name is enough.'),
      role: role.default('user'),
    }),
  ],
  { error: 'It must be { token }, or { userId, role } for the development login.' },
)

const identityShape = z.object({
  userId: z.string(),
  role,
  via: z.enum(['token', 'api-key', 'admin-token', 'development']).describe('What was shown.'),
  expiresAt: z.number().optional().describe('For how long, in milliseconds since 1970.'),
})

export interface LoginParts {
  readonly authenticator: Authenticator
  readonly cookies: SessionCookies
  readonly limits: RequestLimits
}

/** Signing in and out, for browsers: the reply has the cookie. Anybody may try. */
export function loginRoutes(app: FastifyInstance, { authenticator, cookies, limits }: LoginParts): void {
  const onRequest = async (request: Parameters<typeof assertSameOrigin>[0]): Promise<void> => assertSameOrigin(request)

  const login = operation({
    tag: 'identity',
    summary: 'Sign in with a cookie',
    description: 'The session ends when what was shown for it does, and after twelve hours.',
    body: loginBody,
    replies: { 200: z.object({ identity: identityShape }) },
    errors: [401, 403],
    for: 'anybody',
  })
  app.post('/api/login', { schema: login, onRequest }, async (request, reply) => {
    const shown = parseRequest(loginBody, request.body)
    const grant = await countFailures(limits, request, () =>
      'token' in shown ? authenticator.ofToken(shown.token, request) : authenticator.ofDeveloper(shown, request),
    )
    const { line, expiresAt } = cookies.write(grant)
    reply.header('set-cookie', line).header('cache-control', 'no-store')
    request.log.info({ userId: grant.identity.userId, via: grant.identity.via }, 'signed in')
    return { identity: publicly({ ...grant.identity, expiresAt }) }
  })

  const logout = operation({
    tag: 'identity',
    summary: 'Sign out',
    replies: { 204: 'The cookie is taken away.' },
    errors: [403],
    for: 'anybody',
  })
  app.post('/api/logout', { schema: logout, onRequest }, (_request, reply) => {
    void reply.header('set-cookie', cookies.clear()).header('cache-control', 'no-store').code(204).send()
  })
}

/** For who has signed in. */
export function whoAmIRoute(app: FastifyInstance, { developmentLogin }: { readonly developmentLogin: boolean }): void {
  const schema = operation({
    tag: 'identity',
    summary: 'Who is asking',
    replies: { 200: z.object({ identity: identityShape, developmentLogin: z.boolean() }) },
  })
  app.get('/api/me', { schema }, ({ identity }) => ({ identity: publicly(identity), developmentLogin }))
}

function publicly({ userId, role: known, via, expiresAt }: Identity): z.output<typeof identityShape> {
  return { userId, role: known, via, ...(expiresAt !== undefined && { expiresAt }) }
}
