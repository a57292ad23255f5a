import { builtIns } from '../platform/built-ins.ts'

let knownPlace: string | undefined

/**
 * Where process ids mean what they mean here: the running kernel and, in it, the namespace of process ids. Host names do not
 * tell that: containers may share one. `-` where the system does not say.
 */
function place(): string {
  return (knownPlace ??= findPlace())
}

function findPlace(): string {
  const { fs, crypto } = builtIns
  try {
    const kernel = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return crypto.hash('sha256', `${kernel} ${fs.readlinkSync('/proc/self/ns/pid')}`, 'hex').slice(0, 12)
  } catch {
    return '-'
  }
}

/** `host:pid:place:random`: for people, where to look for it; and one of its kind, as a process can have several. */
export function workerName(): string {
  return `${builtIns.os.hostname()}:${process.pid}:${place()}:${crypto.randomUUID().slice(0, 8)}`
}

/** Whether it is known here that the worker's process has ended. `false` as a rule for those of other machines. */
export function hasEnded(worker: string): boolean {
  const [, pid, itsPlace] = /:(\d+):([0-9a-f]{12}):[0-9a-f]{8}$/.exec(worker) ?? []
  if (pid === undefined || itsPlace !== place()) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    // It may belong to another user, and live.
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
