/** How much of something limited is in use. */
export interface MemoryUse {
  readonly usedBytes: number
  readonly limitBytes: number
}

/** The limits of memory that a process may near, as far as it has them. */
export interface MemoryReading {
  /** V8's heap, garbage included: what has not been collected yet cannot be told from what is in use. */
  readonly heap?: MemoryUse
  /** What the container may have (its cgroup), of which all its processes take. */
  readonly container?: MemoryUse
  /** How many full garbage collections have been noticed. Before the next one, what was let go of is still counted as used. */
  readonly collections: number
}

export type MemoryResource = 'heap' | 'container'
