/** For how many each that is simulated stands. */
export interface Weights {
  /** Workers for one worker. */
  readonly workers: number
  /** Agents for one agent. */
  readonly agents: number
  /** Requests for one request. */
  readonly requests: number
  readonly inCluster: boolean
}

/** A connection, as the server at its other end sees it. Times are of the simulation, ms. */
export interface Client {
  readonly weights: Weights
  answer(call: Call, reply: unknown, sentAt: number): void
  hear(messages: readonly (readonly string[])[], sentAt: number): void
  /** The server has ended. */
  lose(error: Error): void
}

/** A command under way. */
export interface Call {
  readonly args: readonly string[]
  readonly connection: Client
  readonly resolve: (reply: unknown) => void
  readonly reject: (error: Error) => void
}
