/** What one run of the load is to do. */
export interface LoadOrder {
  readonly url: string
  /** Signs the tokens of its users. */
  readonly secret: string
  readonly conversations: number
  /** Over which all of them are opened, before anything is measured. */
  readonly openingMs: number
  readonly measuredMs: number
  /** Between a reply and the next message: from half of this to one and a half. */
  readonly thinkMs: number
}

/** Percentiles in milliseconds. */
export interface Spread {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** What its users saw. */
export interface LoadFindings {
  readonly turns: number
  /** Turns that were refused or failed, by what they were told. */
  readonly errors: Readonly<Record<string, number>>
  /** Turns without a whole and right reply in the end. */
  readonly lost: number
  /** Turns of which a second reply, or a second end, came. */
  readonly repeated: number
  /** Connections that ended under a user, who then opened another. */
  readonly reconnected: number
  /** Replies that went on over another connection. */
  readonly resumed: number
  /** Of turns after the first of a conversation: from asking for the agent to having it. */
  readonly inHand: Spread
  /** Of the same turns: from sending the message to having the whole reply. */
  readonly reply: Spread
  readonly sources: Readonly<Record<string, number>>
}
