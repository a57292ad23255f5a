/** Who is asking. Decided by the server from what came with a request, never from what the request says. */
export interface Identity {
  readonly userId: string
  /** An admin also sees and edits what belongs to others, and the server itself; never their sessions. */
  readonly role: 'user' | 'admin'
  /** How they showed it. */
  readonly via: 'token' | 'api-key' | 'admin-token' | 'development'
  /** For how long, in milliseconds since 1970; `undefined`: as long as it is shown. */
  readonly expiresAt: number | undefined
  /** For agents to call them by. */
  readonly displayName?: string
}
