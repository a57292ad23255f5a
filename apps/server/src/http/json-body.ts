import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { RequestError } from '../problem.ts'
import type { Problem } from '../problem.ts'

/** What is too large is read to its end and refused, up to this many times the limit; beyond, the connection ends. */
export const sizeAllowance = 8

/** Throws a {@link RequestError} for what is not JSON, or would set a prototype. */
export type ParseJson = (text: string) => unknown

export function jsonParserOf(app: FastifyInstance): ParseJson {
  const parse = app.getDefaultJsonParser('error', 'error')
  return (text) => {
    let outcome: { error: Error | null; value?: unknown } | undefined
    void parse(undefined as never, text, (error, value) => (outcome = { error, value }))
    if (outcome === undefined || outcome.error !== null) {
      throw new RequestError({ status: 400, code: 'malformed-json', message: 'This is not valid JSON.' })
    }
    return outcome.value
  }
}

export function messageTooLarge(maxBytes: number): Problem {
  return { status: 413, code: 'message-too-large', message: `A message has at most ${maxBytes} bytes; this one is larger.` }
}

/**
 * Bodies are JSON of at most `maxBytes`. Fastify closes a connection whose body it refuses, and a client that is still
 * sending then sees a broken connection instead of the reply. So a bad body is read all the same, and refused by a hook.
 */
export function readJsonBodies(app: FastifyInstance, parse: ParseJson, maxBytes: number): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', async (_request: unknown, payload: IncomingMessage) => {
    try {
      return parse(await read(payload, maxBytes))
    } catch (error) {
      if (error instanceof RequestError) return error
      throw error
    }
  })
  app.addHook('preValidation', async ({ body }) => {
    if (body instanceof RequestError) throw body
  })
}

function read(payload: IncomingMessage, maxBytes: number): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    const tooLarge = (): void => reject(new RequestError(messageTooLarge(maxBytes)))
    payload.on('data', (piece: Buffer) => {
      size += piece.length
      if (size <= maxBytes) pieces.push(piece)
      else pieces.length = 0
      if (size > maxBytes * sizeAllowance) {
        payload.pause()
        tooLarge()
      }
    })
    payload.on('end', () => (size > maxBytes ? tooLarge() : resolve(Buffer.concat(pieces).toString())))
    payload.on('error', reject)
  })
}
