import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { DescribedRoute } from './api-page.ts'

/**
 * Describes all routes that are declared from now on, as OpenAPI 3.1: `GET /api/openapi.json`, and for people `GET /api/docs`.
 * To be called on the root, before any of them. What it takes is loaded and made when somebody asks: few starts of a server are
 * followed by that.
 */
export function describeApi(app: FastifyInstance): void {
  // The schemas of routes describe, and do not check: `parseRequest` has the better words for what is wrong.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  const routes: DescribedRoute[] = []
  app.addHook('onRoute', ({ method, url, schema = {} }) => {
    if (schema.hide !== true && method !== 'HEAD') routes.push({ method, url, schema })
  })
  let page: Promise<FastifyInstance> | undefined
  const show = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    page ??= import('./api-page.ts').then(({ apiPage }) => apiPage(routes))
    const shown = await page
    reply.hijack()
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value)
    shown.routing(request.raw, reply.raw)
  }
  for (const url of ['/api/openapi.json', '/api/docs', '/api/docs/*']) app.get(url, { schema: { hide: true } }, show)
}
