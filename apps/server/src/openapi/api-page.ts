import swagger from '@fastify/swagger'
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify from 'fastify'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import { replyWithErrors } from '../http/error-replies.ts'
import { errorMeanings, errorShape } from './error-shape.ts'
import { describeSchema, jsonSchemaOf } from './json-schema.ts'
import { errorsField } from './operation.ts'

export interface DescribedRoute extends Pick<RouteOptions, 'method' | 'url'> {
  readonly schema: FastifySchema
}

/** Statuses that any route may have. */
const always = [429, 500, 503]

/** An application that knows of routes only what they look like: it answers with their document, and a page that shows it. */
export async function apiPage(routes: readonly DescribedRoute[]): Promise<FastifyInstance> {
  const page = Fastify()
  replyWithErrors(page)
  page.setValidatorCompiler(() => () => true)
  page.setSerializerCompiler(() => (value) => JSON.stringify(value))
  await page.register(swagger, {
    openapi,
    transform: ({ schema, url }) => ({ schema: describeSchema(schema as Readonly<Record<string, unknown>>), url }),
    transformObject: (document) => withErrors('openapiObject' in document ? document.openapiObject : {}),
  })
  await page.register(swaggerUi, {
    routePrefix: '/api/docs',
    // Its badge would send the document's address to a server elsewhere.
    uiConfig: { validatorUrl: null, layout: 'BaseLayout', deepLinking: true },
    theme: { title: 'Rekindle API' },
  })
  page.get('/api/openapi.json', { schema: { hide: true } }, () => page.swagger())
  for (const route of routes) page.route({ ...route, handler: () => {} })
  await page.ready()
  return page
}

const openapi: NonNullable<FastifyDynamicSwaggerOptions['openapi']> = {
  openapi: '3.1.0',
  info: {
    title: 'Rekindle',
    version: '1',
    description: 'Agents from a database, served from memory, from a shared config tier or by a full build.',
  },
  // Of whichever server gave the document.
  servers: [{ url: '/' }],
  security: [{ bearer: [] }, { session: [] }, { developer: [] }],
  components: {
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'A JSON Web Token, an API key or the admin token.' },
      session: { type: 'apiKey', in: 'cookie', name: 'rekindle_session', description: 'From `POST /api/login`.' },
      developer: { type: 'http', scheme: 'basic', description: '`name:admin` or `name:`, while the development login is on.' },
    },
  },
}

interface Operation {
  responses?: Record<string, unknown>
  [errorsField]?: readonly number[]
}

/** Every operation with its refusals, which all look the same. */
function withErrors(document: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const paths = Object.entries((document['paths'] ?? {}) as Readonly<Record<string, Readonly<Record<string, Operation>>>>)
  const components = document['components'] as Readonly<Record<string, object>>
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } }
  const responses = Object.entries(errorMeanings).map(([status, description]) => [status, { description, content }] as const)
  return {
    ...document,
    paths: Object.fromEntries(
      paths.map(([path, operations]) => [
        path,
        Object.fromEntries(Object.entries(operations).map(([method, operation]) => [method, withRefusals(operation)])),
      ]),
    ),
    components: {
      ...components,
      schemas: { ...components['schemas'], Error: jsonSchemaOf(errorShape, 'output') },
      responses: Object.fromEntries(responses),
    },
  }
}

function withRefusals({ responses = {}, [errorsField]: own = [], ...operation }: Operation): Operation {
  const refusals = [...own, ...always].filter((status) => !(status in responses))
  const references = refusals.map((status) => [status, { $ref: `#/components/responses/${status}` }] as const)
  return { ...operation, responses: { ...responses, ...Object.fromEntries(references) } }
}
