import type { Scale } from './benchmark.ts'

/** What figures are quoted from. */
export const fullScale: Scale = { rounds: 11, processes: 3, batchMs: 20 }

/** A first impression. */
export const quickScale: Scale = { rounds: 5, processes: 1, batchMs: 5 }
