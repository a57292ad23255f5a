import { textOf } from '../errors.ts'
import type * as Late from './late.ts'

type LateParts = typeof Late

let parts: LateParts | undefined
let loading: Promise<LateParts> | undefined
const waiting = new Set<(parts: LateParts) => void>()

/**
 * Loads what is not needed to serve requests, unless it has been loaded. Rejects if that fails, as it may when the package has been removed
 * meanwhile; who calls it then tries anew.
 */
export function lateParts(): Promise<LateParts> {
  return (loading ??= import('./late.ts').then(
    (loaded) => {
      parts = loaded
      for (const use of waiting) use(loaded)
      waiting.clear()
      return loaded
    },
    (error: unknown) => {
      loading = undefined
      throw error
    },
  ))
}

/** Calls `use` with the late parts: now if they are there, and as soon as they are if not. Begins to load them. */
export function onceLoaded(use: (parts: LateParts) => void): void {
  if (parts !== undefined) return use(parts)
  waiting.add(use)
  if (loading !== undefined) return
  lateParts().catch((error: unknown) => {
    process.emitWarning(
      `A part of rekindle could not be loaded: agents are served without it. (${textOf(error)})`,
      'RekindleWarning',
    )
  })
}
