import type * as NodeCrypto from 'node:crypto'
import type * as NodeFs from 'node:fs'
import type * as NodeOs from 'node:os'
import type * as NodeUtil from 'node:util'
import type * as NodeV8 from 'node:v8'
import type * as NodeWorkerThreads from 'node:worker_threads'

let crypto: typeof NodeCrypto | undefined

/**
 * Modules of Node's own, loaded when they are first used. An `import` would load them at once, and make ready whatever they export:
 * that takes 7 ms for `crypto`, and 5 for `util` or `fs` although Node has loaded them.
 */
export const builtIns = {
  /** Used for each config that is read, and a look for a module takes 200 ns. */
  get crypto(): typeof NodeCrypto {
    return (crypto ??= process.getBuiltinModule('node:crypto'))
  },
  get fs(): typeof NodeFs {
    return process.getBuiltinModule('node:fs')
  },
  get os(): typeof NodeOs {
    return process.getBuiltinModule('node:os')
  },
  get util(): typeof NodeUtil {
    return process.getBuiltinModule('node:util')
  },
  get v8(): typeof NodeV8 {
    return process.getBuiltinModule('node:v8')
  },
  get workerThreads(): typeof NodeWorkerThreads {
    return process.getBuiltinModule('node:worker_threads')
  },
}
