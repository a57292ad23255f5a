import { createHash, randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * Where process ids mean what they mean here: the running kernel and, in it, the namespace of process ids. Host names do not
 * tell that: containers may share one. `-` where the system does not say.
 */
const place = ((): string => {
  try {
    const kernel = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return createHash('sha256')
      .update(`${kernel} ${readlinkSync('/proc/self/ns/pid')}`)
      .digest('hex')
      .slice(0, 12)
  } catch {
    return '-'
  }
})()

/** `host:pid:place:random`: for people, where to look for it; and one of its kind, as a process can have several. */
export function workerName(): string {
  return `${hostname()}:${process.pid}:${place}:${randomUUID().slice(0, 8)}`
}

/** Whether it is known here that the worker's process has ended. `false` as a rule for those of other machines. */
export function hasEnded(worker: string): boolean {
  const [, pid, itsPlace] = /:(\d+):([0-9a-f]{12}):[0-9a-f]{8}$/.exec(worker) ?? []
  if (pid === undefined || itsPlace !== place) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    // It may belong to another user, and live.
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
