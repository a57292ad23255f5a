import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** How many packages npm installs with one: those that it asks for itself, and all with theirs. */
export interface Dependencies {
  readonly own: number
  readonly all: number
}

interface PackageFile {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

const root = join(import.meta.dirname, '..', '..')

export function dependenciesOf(name: string): Dependencies {
  const found = new Set<string>()
  const follow = (folder: string) => {
    for (const dependency of neededBy(folder)) {
      const next = installed(dependency, folder)
      if (found.has(next)) continue
      found.add(next)
      follow(next)
    }
  }
  const start = join(root, 'node_modules', name)
  follow(start)
  return { own: neededBy(start).length, all: found.size }
}

/** Dependencies, and the peers that it cannot do without. */
function neededBy(folder: string): string[] {
  const file = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageFile
  const peers = Object.keys(file.peerDependencies ?? {})
  const needed = peers.filter((peer) => file.peerDependenciesMeta?.[peer]?.optional !== true)
  return [...new Set([...Object.keys(file.dependencies ?? {}), ...needed])]
}

/** Where Node looks for it: beside what needs it, and then further up. */
function installed(name: string, from: string): string {
  for (let folder = from; folder.startsWith(root); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(candidate)) return candidate
  }
  throw new Error(`${name}, which ${from} needs, is not installed.`)
}
