import { randomOf } from '../advisor/random.ts'

/** Of agents, by how often they are asked for: the first the most, by a flat Zipf's law. */
const exponent = 0.8

export interface PopulationOptions {
  readonly workers: number
  /** Of one worker. */
  readonly sessions: number
  readonly agents: number
  /** Which part of the agents, each with all its sessions, is simulated. */
  readonly part: number
}

export interface Session {
  readonly number: number
  readonly agent: number
  /** Where it belongs, if it comes back to the same worker. */
  readonly worker: number
}

/**
 * Agents and their sessions. A sample keeps whole agents, as SHARDS (Waldspurger et al., FAST 2015) keeps whole keys, because what sessions
 * of an agent share would be missing from a sample of sessions. It takes each so manieth agent in the order of how often they are asked
 * for, and then as many sessions as belong to the sample, so the few agents that many ask for do not make it a matter of luck.
 */
export class Population {
  readonly agents: number
  readonly sessions: readonly Session[]
  /** By agent, how many of them it has. */
  readonly sessionsOf: readonly number[]

  constructor({ workers, sessions, agents, part }: PopulationOptions) {
    this.agents = Math.max(1, Math.round(agents * part))
    const weights = Array.from({ length: this.agents }, (_, agent) => ((agent + 0.5) / part + 0.5) ** -exponent)
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const count = Math.round(sessions * workers * part)
    const shuffle = randomOf(count)
    const list: Session[] = []
    const sessionsOf = weights.map(() => 0)
    let agent = 0
    let upTo = weights[0]! / total
    for (let number = 0; number < count; number++) {
      while ((number + 0.5) / count > upTo && agent < this.agents - 1) upTo += weights[++agent]! / total
      sessionsOf[agent]!++
      list.push({ number, agent, worker: Math.floor(shuffle() * workers) })
    }
    this.sessions = list
    this.sessionsOf = sessionsOf
  }
}
