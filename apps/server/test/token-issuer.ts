import { SignJWT } from 'jose'
import type { JWTPayload } from 'jose'

const secret = 'a secret of more than thirty-two characters'
const claims = { iss: 'https://login.example', aud: 'rekindle' }

/** Settings of a server that believes the tokens made here. */
export const issuerSettings = {
  REKINDLE_JWT_SECRET: secret,
  REKINDLE_JWT_ISSUER: claims.iss,
  REKINDLE_JWT_AUDIENCE: claims.aud,
}

export function tokenOf(sub: string, more: JWTPayload = {}, inS = 60): Promise<string> {
  return new SignJWT({ ...claims, sub, exp: Math.floor(Date.now() / 1000) + inS, ...more })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(Buffer.from(secret))
}

export function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` }
}
