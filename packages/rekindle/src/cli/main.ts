#!/usr/bin/env node
import { exitCodes } from './exit-code.ts'
import { processTerminal } from './process-terminal.ts'
import { run } from './run.ts'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(`Node 22.13 or later is needed; this is ${process.versions.node}.\n`)
  process.exitCode = exitCodes.usage
} else {
  // The connections of the stores do not keep a process from exiting.
  const awake = setInterval(() => {}, 60_000)
  process.exitCode = await run(process.argv.slice(2), processTerminal())
  clearInterval(awake)
}
