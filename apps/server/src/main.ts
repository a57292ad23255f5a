import cluster from 'node:cluster'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// A third of a start is compiling; where the folder cannot be written to, it stays so.
enableCompileCache(join(import.meta.dirname, '.compile-cache'))

// Each imported only where it runs: the primary does not wait for the web server's modules.
if (cluster.isPrimary) {
  const { runPrimary } = await import('./primary.ts')
  await runPrimary(process.env)
} else {
  const { runWorker } = await import('./worker.ts')
  await runWorker(process.env)
}
