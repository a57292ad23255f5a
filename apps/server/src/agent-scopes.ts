/** Where the store has the agents of all workers: the same for those who cache them and for who only invalidates them. */
export const agentScopes = {
  namespace: 'rekindle-server',
  // An agent keeps nothing of a conversation, so all sessions of a user share one.
  configScope: ['agentId', 'userId', 'reasoning'],
  liveScope: ['agentId', 'userId', 'reasoning'],
} as const
