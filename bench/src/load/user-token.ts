import { createHmac } from 'node:crypto'

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A JSON Web Token of a user, good for an hour. */
export function userToken(userId: string, secret: string): string {
  const signed = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64({ sub: userId, exp: Math.floor(Date.now() / 1000) + 3_600 })}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}
