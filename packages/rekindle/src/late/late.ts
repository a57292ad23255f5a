// What no request waits for: it is loaded in the background, once there is an agent cache.
export { Auditor } from '../audit/auditor.ts'
export { diagnose } from '../explain/diagnosis.ts'
export { MemoryWatch } from '../live/pressure/memory-watch.ts'
export { processMemory } from '../live/pressure/process-memory.ts'
