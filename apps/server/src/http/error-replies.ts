import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { internal, problemOf } from '../problem.ts'
import type { Problem } from '../problem.ts'
import { pathOf } from './request-path.ts'

/** What Fastify itself refuses, by its own code. Anything else of status 4xx that it throws is `bad-request`. */
const ofFastify: Readonly<Record<string, Omit<Problem, 'status'>>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'unsupported-media-type', message: 'The body must be application/json.' },
}

/** Every failure leaves in one shape: `{ error: { code, message, path? } }`. */
export function replyWithErrors(app: FastifyInstance): void {
  app.setErrorHandler(sendError)
  app.setNotFoundHandler((request, reply) => {
    sendProblem(reply, { status: 404, code: 'not-found', message: `There is no ${request.method} ${pathOf(request)} here.` })
  })
}

export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = ofRequest(error) ?? problemOf(error)
  if (problem.status >= 500 && problem.code !== 'stopping') request.log.error({ err: error }, 'a request failed')
  sendProblem(reply, problem)
}

export function sendProblem(reply: FastifyReply, { status, retryAfterS, ...error }: Problem): void {
  if (retryAfterS !== undefined) reply.header('retry-after', retryAfterS)
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  void reply.code(status).header('cache-control', 'no-store').send({ error })
}

function ofRequest(error: unknown): Problem | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, statusCode: status = 500 } = error as Partial<FastifyError>
  const known = code === undefined ? undefined : ofFastify[code]
  if (known !== undefined) return { status, ...known }
  if (status < 400 || status >= 500) return undefined
  return { status, code: 'bad-request', message: 'The request cannot be understood.' }
}

/** For bytes that are no HTTP: Node has no request to answer, only the socket. */
export function rawBadRequest(code: string | undefined): string {
  const [status, problem] =
    code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', { code: 'headers-too-large', message: 'The headers are too large.' }]
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', { code: 'request-timeout', message: 'The request did not arrive in time.' }]
        : ['400 Bad Request', { code: 'bad-request', message: 'This is no HTTP request.' }]
  const body = JSON.stringify({ error: problem ?? internal })
  const head = ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`, 'connection: close']
  return [`HTTP/1.1 ${status as string}`, ...head, '', body].join('\r\n')
}
