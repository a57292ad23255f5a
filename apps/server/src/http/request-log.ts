import type { FastifyInstance } from 'fastify'
import type { Identity } from '../identity/identity.ts'
import { pathOf } from './request-path.ts'

/** One line for each request once it is over: who, what, how it ended. Of what was sent it has the path alone. WebSockets have lines of their own. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, { raw, statusCode, elapsedTime }, done) => {
    const { method, ip } = request
    const { identity } = request as { readonly identity?: Identity }
    request.log.info(
      {
        method,
        path: pathOf(request),
        // Without a reply, it was a client that has gone.
        statusCode: raw.headersSent ? statusCode : 499,
        ...(raw.headersSent && !raw.writableFinished && { cutOff: true }),
        ms: Math.round(elapsedTime),
        ip,
        ...(identity !== undefined && { userId: identity.userId }),
      },
      'answered',
    )
    done()
  })
}
