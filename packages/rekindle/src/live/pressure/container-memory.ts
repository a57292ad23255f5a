import { join } from 'node:path'
import { builtIns } from '../../platform/built-ins.ts'
import type { MemoryUse } from './memory-reading.ts'

/** What the two versions of cgroups call the same things. */
interface Naming {
  readonly mount: string
  readonly limit: string
  readonly used: string
  /** In `memory.stat`: file pages that the kernel takes back as soon as they are wanted for something else. */
  readonly reclaimable: string
}

const version2: Naming = {
  mount: 'sys/fs/cgroup',
  limit: 'memory.max',
  used: 'memory.current',
  reclaimable: 'inactive_file',
}
const version1: Naming = {
  mount: 'sys/fs/cgroup/memory',
  limit: 'memory.limit_in_bytes',
  used: 'memory.usage_in_bytes',
  reclaimable: 'total_inactive_file',
}

/**
 * Finds the cgroups that limit the memory of this process, and returns what reads them. The parents' limits hold, too: the one
 * that is nearest to its limit is told. `undefined` where nothing is limited. Neither function throws.
 *
 * In use is the working set, as kubelet has it: usage less the file pages that can be dropped at once. Usage alone is near the
 * limit in every container that reads and writes files. `root` is where `proc` and `sys` are.
 */
export function containerMemory(root: string = '/'): () => MemoryUse | undefined {
  const groups = (['memory', ''] as const).flatMap((controller) => groupsOf(root, controller))
  return () => {
    let nearest: MemoryUse | undefined
    for (const { folder, naming } of groups) {
      const use = readGroup(folder, naming)
      if (use !== undefined && (nearest === undefined || share(use) > share(nearest))) nearest = use
    }
    return nearest
  }
}

interface Group {
  readonly folder: string
  readonly naming: Naming
}

/** Version 1 has a hierarchy for each controller, version 2 one without a name for all. */
function groupsOf(root: string, controller: 'memory' | ''): Group[] {
  const naming = controller === '' ? version2 : version1
  const mount = join(root, naming.mount)
  const groups: Group[] = []
  // Without a namespace of its own, a container is told a path of its host that it does not see: then the mount is its group.
  for (let names = namesOf(root, controller); names !== undefined; names = names.length > 0 ? names.slice(0, -1) : undefined) {
    const folder = join(mount, ...names)
    if (builtIns.fs.existsSync(join(folder, naming.limit))) groups.push({ folder, naming })
  }
  return groups
}

/** The group of this process, from the top. A line is `number:controllers:path`. */
function namesOf(root: string, controller: string): readonly string[] | undefined {
  const lines = read(join(root, 'proc/self/cgroup'))?.split('\n') ?? []
  for (const line of lines) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? []
    if (controllers === undefined || path === undefined || !controllers.split(',').includes(controller)) continue
    const names = path.split('/').filter((name) => name !== '')
    // Of a group outside its own namespace: no way leads there.
    return names.includes('..') ? [] : names
  }
  return undefined
}

function readGroup(folder: string, naming: Naming): MemoryUse | undefined {
  const limitBytes = Number(read(join(folder, naming.limit)) ?? NaN)
  // Without a limit: 'max' in version 2, a number near 2^63 in version 1.
  if (!Number.isSafeInteger(limitBytes) || limitBytes <= 0) return undefined
  const usage = Number(read(join(folder, naming.used)) ?? NaN)
  if (!Number.isSafeInteger(usage)) return undefined
  const stat = read(join(folder, 'memory.stat')) ?? ''
  const reclaimable = Number(new RegExp(`^${naming.reclaimable} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0)
  return { usedBytes: Math.max(0, usage - reclaimable), limitBytes }
}

function share({ usedBytes, limitBytes }: MemoryUse): number {
  return usedBytes / limitBytes
}

function read(file: string): string | undefined {
  try {
    return builtIns.fs.readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}
