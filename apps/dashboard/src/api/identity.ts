import { call } from './client.ts'

export interface Identity {
  readonly userId: string
  readonly role: 'user' | 'admin'
  readonly via: string
  /** Milliseconds since 1970. */
  readonly expiresAt?: number
}

export type Credentials = { readonly token: string } | { readonly userId: string; readonly role: Identity['role'] }

export async function whoAmI(): Promise<Identity> {
  return (await call<{ identity: Identity }>('/api/me')).identity
}

export async function logIn(credentials: Credentials): Promise<Identity> {
  return (await call<{ identity: Identity }>('/api/login', { method: 'POST', body: credentials })).identity
}

export function logOut(): Promise<void> {
  return call('/api/logout', { method: 'POST' })
}
