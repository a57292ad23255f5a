import { type AgentKey, encodeKey, type KeyField, projectKey } from '../agent-key.ts'
import { hashOf } from './key-hash.ts'
import type { LiveAgent } from '../live/live-agent.ts'
import { noteEveryMs, type RequestWatch } from './watcher.ts'

/** Tells a watcher who asks for what, at next to no cost to a memory hit: most agents have been noted a moment ago. */
export class RequestNotes {
  readonly #watch: RequestWatch
  readonly #liveScope: readonly KeyField[]
  readonly #configScope: readonly KeyField[]

  constructor(watch: RequestWatch, liveScope: readonly KeyField[], configScope: readonly KeyField[]) {
    this.#watch = watch
    this.#liveScope = liveScope
    this.#configScope = configScope
  }

  /** For an agent that is not in memory, or that has to be waited for. */
  ask(key: AgentKey, now: number): void {
    const live = hashOf(encodeKey(projectKey(key, this.#liveScope)))
    this.#watch.see(live, this.#configHash(key, live), now)
  }

  /** Of an agent in memory; nothing is told if that has been done a moment ago. */
  hit<Config, Agent>(live: LiveAgent<Config, Agent>, now: number): void {
    const { noted } = live
    if (noted !== undefined && now < noted.from) return
    const { liveHash, configHash } = noted ?? this.#hashesOf(live)
    live.noted = { liveHash, configHash, from: now + noteEveryMs }
    this.#watch.see(liveHash, configHash, now)
  }

  #hashesOf(key: AgentKey): { liveHash: number; configHash: number } {
    const liveHash = hashOf(encodeKey(projectKey(key, this.#liveScope)))
    return { liveHash, configHash: this.#configHash(key, liveHash) }
  }

  #configHash(key: AgentKey, live: number): number {
    // One is part of the other: of the same length, they are the same.
    const isShared = this.#configScope.length < this.#liveScope.length
    return isShared ? hashOf(encodeKey(projectKey(key, this.#configScope))) : live
  }
}
