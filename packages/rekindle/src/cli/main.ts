#!/usr/bin/env node
import { processTerminal } from './process-terminal.ts'
import { run } from './run.ts'

// The connections of the stores do not keep a process from exiting.
const awake = setInterval(() => {}, 60_000)
process.exitCode = await run(process.argv.slice(2), processTerminal())
clearInterval(awake)
