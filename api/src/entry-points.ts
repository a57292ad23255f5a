import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What can be imported: the name as a program writes it, the name of its page, and its built declarations. */
export interface EntryPoint {
  readonly name: string
  readonly page: string
  readonly file: string
}

interface Package {
  readonly name: string
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>
}

function readPackage(folder: string): Package {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package
}

/** The entry points of a package with types, in the order of its `exports`. */
export function entryPointsOf(folder: string): EntryPoint[] {
  const { name, exports } = readPackage(folder)
  return Object.entries(exports).flatMap(([path, target]) => {
    if (typeof target === 'string') return []
    const entryPoint = path === '.' ? name : `${name}/${path.slice(2)}`
    return [{ name: entryPoint, page: `${entryPoint.split('/').at(-1)}.md`, file: join(folder, target.types) }]
  })
}

/** The files without types that can be imported. */
export function filesOf(folder: string): string[] {
  const { name, exports } = readPackage(folder)
  return Object.entries(exports).flatMap(([path, target]) => (typeof target === 'string' ? [`${name}/${path.slice(2)}`] : []))
}
