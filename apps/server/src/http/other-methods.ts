import type { FastifyInstance, HTTPMethods } from 'fastify'
import { sendProblem } from './error-replies.ts'

/** Collects the routes declared from now on. The returned function then answers all other methods on them with 405. */
export function refuseOtherMethods(app: FastifyInstance): () => void {
  const routes = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = routes.get(url) ?? new Set()
    routes.set(url, methods)
    for (const each of [method].flat()) methods.add(each)
  })
  return () => {
    // Of these routes, not of those that this adds.
    for (const [url, known] of Array.from(routes)) {
      const allow = [...known].toSorted().join(', ')
      const method = app.supportedMethods.filter((each) => !known.has(each)) as HTTPMethods[]
      app.route({
        url,
        method,
        schema: { hide: true },
        // Before the body is read: what it holds does not matter.
        onRequest: (_request, reply, _done) => {
          reply.header('allow', allow)
          sendProblem(reply, { status: 405, code: 'method-not-allowed', message: `Only ${allow} can be used here.` })
        },
        handler: () => {},
      })
    }
  }
}
