import type { CommandLink, Link } from '../redis/link.ts'
import { SteadyLink } from '../redis/steady-link.ts'
import { textOf } from '../errors.ts'
import { UnreachableError } from './exit-code.ts'
import { redisLibrary, type RedisLibrary } from './redis-library.ts'
import { addressOf, type StorePlace, withoutPassword } from './store-options.ts'

/** What a server has said for so long it is waited for. */
const replyMs = 2_000

/** A connection for looking at a Redis server, and what it says of itself. */
export interface RedisServerLink {
  readonly library: RedisLibrary
  readonly isCluster: boolean
  /** Fields of INFO; `undefined` if that is forbidden. */
  readonly info: ReadonlyMap<string, string> | undefined
  /** Rejects with what the server said. `key`: which node of a cluster is meant. */
  send(args: readonly [command: string, ...args: string[]], key?: string): Promise<unknown>
  /** A link that listens, as workers do; not yet connected. */
  messages(channels: readonly string[]): Promise<Link>
  close(): void
}

type RedisPlace = Extract<StorePlace, { kind: 'redis' }>

/** Rejects with {@link UnreachableError}. */
export async function connectRedis(place: RedisPlace): Promise<RedisServerLink> {
  const library = await redisLibrary()
  const first = await connected(library, place, false)
  const info = await infoOf(first.link, place)
  const isCluster = info?.get('cluster_enabled') === '1'
  if (!isCluster) return serverLink(library, first, info, isCluster)
  first.close()
  return serverLink(library, await connected(library, place, true), info, isCluster)
}

interface Connected {
  readonly link: CommandLink
  close(): void
}

async function connected(library: RedisLibrary, place: RedisPlace, isCluster: boolean): Promise<Connected> {
  const pattern = library.pattern(place, isCluster)
  const steady = new SteadyLink<CommandLink>((onLost) => pattern.open(onLost))
  try {
    return { link: await steady.ready(), close: () => steady.close() }
  } catch (error) {
    steady.close()
    throw unreachable(place, ((error as Error).cause as Error | undefined) ?? error)
  }
}

function unreachable(place: RedisPlace, error: unknown): UnreachableError {
  const why = withoutPassword(textOf(error).replace(/^\w*Error: /, ''), place)
  return new UnreachableError(`${addressOf(place)} cannot be used: ${why}`)
}

async function infoOf(link: CommandLink, place: RedisPlace): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const text = await inTime(link.send(['INFO'], ''))
    return typeof text === 'string' ? parseInfo(text) : undefined
  } catch (error) {
    if (/^(ReplyError: |SimpleError: |ErrorReply: |Error: )?NOPERM/.test(String(error))) return undefined
    throw unreachable(place, error)
  }
}

/** `name:value` on each line, among headings. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  const fields = text.split(/\r?\n/).flatMap((line) => {
    const at = line.indexOf(':')
    return at <= 0 || line.startsWith('#') ? [] : [[line.slice(0, at), line.slice(at + 1)] as const]
  })
  return new Map(fields)
}

function serverLink(
  library: RedisLibrary,
  { link, ...connected }: Connected,
  info: ReadonlyMap<string, string> | undefined,
  isCluster: boolean,
): RedisServerLink {
  return {
    library,
    isCluster,
    info,
    send: (args, key = '') => inTime(link.send(args, key)),
    messages: (channels) =>
      link.messages(
        channels,
        () => {},
        () => {},
      ),
    close: () => connected.close(),
  }
}

/** A server that stands still says nothing, and does not refuse either. */
async function inTime<Reply>(reply: Promise<Reply>, ms: number = replyMs): Promise<Reply> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  try {
    return await Promise.race([reply, promise])
  } finally {
    clearTimeout(timer)
  }
}
