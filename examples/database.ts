import { setTimeout as delay } from 'node:timers/promises'

/** Stands for your database, and for the time it takes. */
export async function agentRow(agentId: string): Promise<{ readonly model: string; readonly instructions: string }> {
  await delay(20)
  return { model: process.env.MODEL ?? 'openai:gpt-6-luna', instructions: `You are the agent ${agentId}. Answer briefly.` }
}
