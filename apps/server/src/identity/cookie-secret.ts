import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../settings.ts'

/**
 * The secret that signs cookies: from the settings, else a file in the data folder that only its owner can read, made when
 * missing. All workers, and all later runs, get the same one.
 */
export function cookieSecretOf({ cookieSecret, dataDir }: Pick<Settings, 'cookieSecret' | 'dataDir'>): string {
  if (cookieSecret !== undefined) return cookieSecret
  const path = join(dataDir, 'cookie-secret')
  const known = read(path)
  if (known !== undefined) return known
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 })
  try {
    // Whole or not at all, and the first of several processes wins.
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
  const made = read(path)
  if (made === undefined) throw new Error(`The cookie secret in ${path} is too short. Delete the file to have a new one made.`)
  return made
}

function read(path: string): string | undefined {
  try {
    const secret = readFileSync(path, 'utf8').trim()
    return secret.length >= 32 ? secret : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
