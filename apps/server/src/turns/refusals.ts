import type { Problem } from '../problem.ts'

/** Why a turn is not begun, or not gone on with. */
export const turnRunning: Problem = {
  status: 409,
  code: 'turn-running',
  message: 'Another turn of this session is running. Wait for its end, or cancel it.',
  retryAfterS: 1,
}

export const turnLost: Problem = {
  status: 409,
  code: 'turn-lost',
  message: 'The process that ran this turn has ended before its end. Begin it again, as another turn.',
}

export const turnNotFound: Problem = {
  status: 404,
  code: 'turn-not-found',
  message: 'There is no such turn.',
}

export const messageNotFound: Problem = {
  status: 404,
  code: 'message-not-found',
  message: 'There is no such message in this session to be answered.',
}

export const sessionNotFound: Problem = {
  status: 404,
  code: 'session-not-found',
  message: 'There is no such session.',
}

export const conversationTooLong: Problem = {
  status: 413,
  code: 'conversation-too-long',
  message: 'This conversation has become too long. Begin another one.',
}

export function tooManyTurns(perMinute: number): Problem {
  const message = `A user has at most ${perMinute} turns a minute. Try again later.`
  return { status: 429, code: 'too-many-turns', message, retryAfterS: 10 }
}

export const replyGone: Problem = {
  status: 410,
  code: 'reply-gone',
  message: 'This reply is no longer streamed. It is kept in its session.',
}
