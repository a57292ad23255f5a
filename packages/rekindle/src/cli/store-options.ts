import { readFileSync } from 'node:fs'
import { type SealedOptions, sealed } from '../sealed/index.ts'
import type { ConfigStore } from '../store/config-store.ts'
import type { CliOptions } from './cli-options.ts'
import { UsageError } from './exit-code.ts'
import type { Given } from './given.ts'

/** The options that say where the store is. */
export const storeOptions: CliOptions = {
  redis: {
    value: 'URL',
    says: 'redis://host:6379 or rediss://…; better in REKINDLE_REDIS if it has a password: others see options',
  },
  sqlite: { value: 'FILE', says: 'the SQLite file (REKINDLE_SQLITE)' },
  namespace: { value: 'NAME', says: 'of the agent caches (REKINDLE_NAMESPACE)' },
  'key-prefix': { value: 'TEXT', says: "the application's Redis client's, if it has one" },
  'sealing-key-file': {
    value: 'FILE',
    says: 'of a sealed store: { "keys": [{ "id", "secret" }], "hashKey" } as JSON; or that itself in REKINDLE_SEALING_KEYS',
  },
  timeout: { value: 'TIME', says: 'how long workers may take to answer (2s)' },
  json: { says: 'for programs: JSON on stdout, and nothing else there' },
}

/** Which of them say how keys are shared. */
export const scopeOptions: CliOptions = {
  'config-scope': { value: 'FIELDS', says: 'as configScope of the caches: agentId,reasoning (all four)' },
  'live-scope': { value: 'FIELDS', says: 'as liveScope of the caches (all four)' },
}

export type StorePlace =
  | { readonly kind: 'redis'; readonly url: URL; readonly keyPrefix: string }
  | { readonly kind: 'sqlite'; readonly path: string }

type Environment = Readonly<Record<string, string | undefined>>

/** Throws {@link UsageError}, whose message has nothing of an address in it. What is typed comes before the environment. */
export function placeOf(given: Given, env: Environment): StorePlace {
  const typed = { redis: given.text('redis'), sqlite: given.text('sqlite') }
  const isTyped = typed.redis !== undefined || typed.sqlite !== undefined
  const { redis, sqlite } = isTyped ? typed : { redis: set(env, 'REKINDLE_REDIS'), sqlite: set(env, 'REKINDLE_SQLITE') }
  if (redis !== undefined && sqlite !== undefined) {
    const both = isTyped ? '--redis and --sqlite' : 'REKINDLE_REDIS and REKINDLE_SQLITE'
    throw new UsageError(`There are two stores: ${both}. Say one.`)
  }
  if (redis !== undefined) return { kind: 'redis', url: redisUrl(redis), keyPrefix: given.text('key-prefix') ?? '' }
  if (sqlite !== undefined) return { kind: 'sqlite', path: sqlite }
  throw new UsageError('Say where the store is: --redis URL or --sqlite FILE (or REKINDLE_REDIS, REKINDLE_SQLITE).')
}

/** Without what must not be shown. */
export function addressOf(place: StorePlace): string {
  if (place.kind === 'sqlite') return place.path
  return `${place.url.protocol}//${place.url.host}${place.url.pathname === '/' ? '' : place.url.pathname}`
}

/** A text as it may be shown: servers and clients like to quote what they were given. */
export function withoutPassword(text: string, place: StorePlace): string {
  if (place.kind === 'sqlite') return text
  const { password } = place.url
  const secrets = [password, decoded(password)].filter((secret) => secret !== '')
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, '…'), text).replaceAll(/:\/\/[^/@\s]+@/g, '://…@')
}

export function namespaceOf(given: Given, env: Environment): string | undefined {
  const typed = given.text('namespace')
  return typed === '' ? undefined : (typed ?? set(env, 'REKINDLE_NAMESPACE'))
}

/** `store`, opened with the keys that it was sealed with, if any are given. */
export function unsealed(store: ConfigStore, given: Given, env: Environment): ConfigStore {
  const keys = sealingKeys(given, env)
  if (keys === undefined) return store
  try {
    return sealed(store, keys)
  } catch (error) {
    // It names what is wrong, and never what it holds.
    throw new UsageError(`The sealing keys: ${(error as Error).message}`)
  }
}

export function isUnsealed(given: Given, env: Environment): boolean {
  return given.text('sealing-key-file') !== undefined || set(env, 'REKINDLE_SEALING_KEYS') !== undefined
}

function sealingKeys(given: Given, env: Environment): SealedOptions | undefined {
  const path = given.text('sealing-key-file')
  const text = path === undefined ? set(env, 'REKINDLE_SEALING_KEYS') : read(path)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as SealedOptions
  } catch {
    // The error would quote it.
    const where = path === undefined ? 'REKINDLE_SEALING_KEYS' : path
    throw new UsageError(`${where} is not JSON such as {"keys":[{"id":"2026-11","secret":"…"}]}.`)
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new UsageError(`--sealing-key-file cannot be read: ${(error as Error).message}`)
  }
}

function redisUrl(text: string): URL {
  const url = URL.parse(text)
  if (url !== null && (url.protocol === 'redis:' || url.protocol === 'rediss:') && url.hostname !== '') return url
  throw new UsageError(
    'The address of Redis must be like redis://host:6379 or rediss://user:password@host:6380/0 (not shown here).',
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function set(env: Environment, name: string): string | undefined {
  const value = env[name]
  return value === '' ? undefined : value
}
