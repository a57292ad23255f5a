// Loaded into a worker before anything else: on a signal it collects its garbage and says how much is left.
const { isWorker } = require('node:cluster')
const { writeFileSync } = require('node:fs')
const { setFlagsFromString } = require('node:v8')
const { runInNewContext } = require('node:vm')

if (isWorker) {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  process.on('SIGWINCH', () => {
    collect()
    writeFileSync(process.env.HEAP_PROBE, String(process.memoryUsage().heapUsed))
  })
}
