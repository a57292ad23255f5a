import { effect, signal } from '@preact/signals'
import { onSignedOut } from '../api/client.ts'
import { type Credentials, type Identity, logIn, logOut, whoAmI } from '../api/identity.ts'
import { type ApiError, asApiError } from '../api/problem.ts'

export type Visitor =
  | { readonly state: 'asking' }
  | { readonly state: 'unknown'; readonly error: ApiError }
  | { readonly state: 'out'; readonly developmentLogin: boolean }
  | { readonly state: 'in'; readonly identity: Identity }

/** Who looks at the page, as the server has it. */
export const visitor = signal<Visitor>({ state: 'asking' })

/** Whose page this is, also while they are asked to sign in again: what they were writing stays. */
export const lastIdentity = signal<Identity | undefined>(undefined)

effect(() => {
  if (visitor.value.state === 'in') lastIdentity.value = visitor.value.identity
})

onSignedOut(({ developmentLogin }) => {
  visitor.value = { state: 'out', developmentLogin }
})

export async function recognise(): Promise<void> {
  try {
    visitor.value = { state: 'in', identity: await whoAmI() }
  } catch (error) {
    const problem = asApiError(error)
    if (problem.status !== 401) visitor.value = { state: 'unknown', error: problem }
  }
}

/** Rejects with an `ApiError` if the server does not believe it. */
export async function signIn(credentials: Credentials): Promise<void> {
  const identity = await logIn(credentials)
  const before = lastIdentity.value
  // Nobody sees what was on another's page.
  if (before !== undefined && (before.userId !== identity.userId || before.role !== identity.role)) return location.assign('/')
  visitor.value = { state: 'in', identity }
}

export async function signOut(): Promise<void> {
  await logOut()
  location.assign('/')
}
