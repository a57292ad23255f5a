/** Why a request was not answered as asked. */
export class ApiError extends Error {
  /** 0: there was no answer at all. */
  readonly status: number
  /** The server's, or `unreachable`, `timeout`, `unreadable`. */
  readonly code: string
  /** The field of the request that is wrong. */
  readonly path: string | undefined
  /** Of what was to be edited and has changed meanwhile. */
  readonly currentVersion: number | undefined

  constructor(status: number, code: string, message: string, more: { path?: unknown; currentVersion?: unknown } = {}) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.path = typeof more.path === 'string' ? more.path : undefined
    this.currentVersion = typeof more.currentVersion === 'number' ? more.currentVersion : undefined
  }
}

/** Of an answer that is no success. What is not in the server's shape is told by its status. */
export function problemIn(status: number, body: unknown): ApiError {
  const { error } = Object(body) as { error?: unknown }
  const { code, message, path, currentVersion } = Object(error) as Record<string, unknown>
  if (typeof code === 'string' && typeof message === 'string')
    return new ApiError(status, code, message, { path, currentVersion })
  return new ApiError(status, 'unreadable', `The server answered with status ${status} and no explanation.`)
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return new ApiError(0, 'timeout', 'The server did not answer in time.')
  }
  return new ApiError(0, 'unreachable', 'The server cannot be reached.')
}
