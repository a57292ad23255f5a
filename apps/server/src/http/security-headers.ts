import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'

const oneYearS = 31_536_000

/** What browsers are told on every reply: to run and load only what this server itself serves, and to show it in no frame. */
export async function securityHeaders(app: FastifyInstance, { production }: { readonly production: boolean }): Promise<void> {
  const self = ["'self'"]
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: self,
        scriptSrc: self,
        styleSrc: self,
        imgSrc: ["'self'", 'data:'],
        connectSrc: self,
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: self,
        frameAncestors: ["'none'"],
      },
    },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    // On a developer's machine it would concern whatever else runs there.
    hsts: production && { maxAge: oneYearS, includeSubDomains: false },
  })
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
}
