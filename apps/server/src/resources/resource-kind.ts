import type { Selectable } from 'kysely'
import type { InvalidationTarget } from 'rekindle'
import type { z } from 'zod'
import type { AppDatabase, Schema, VersionRow } from '../database/schema.ts'
import type { Identity } from '../identity/identity.ts'
import type { ToolServers } from '../mcp/tool-servers.ts'
import type { ServerModels } from '../models/models.ts'
import type { ServerTool } from '../tools/server-tool.ts'
import type { ToolFactory } from '../tools/tool-registry.ts'

/** What agents can be made of in this server. */
export interface Registry {
  readonly providers: ServerModels['providers']
  /** `provider:model` of agents that name none. */
  readonly defaultModel: string
  readonly tools: Readonly<Record<string, ServerTool | ToolFactory>>
  readonly toolServers: Pick<ToolServers, 'localNames' | 'hasSecret' | 'describe'>
}

/** Who looks at something or wants to change it, and what there is to make it of. */
export interface Editor {
  readonly identity: Identity
  readonly registry: Registry
}

/** The tables of what can be edited. */
export type ResourceTable = 'agents' | 'models' | 'tools' | 'mcp_servers'

/** Fields that are to be others; what is missing stays. */
export type Changes<Content> = { readonly [Field in keyof Content]?: Content[Field] | undefined }

/** One of a kind, as it is now. */
export interface Resource<Content extends object = object> {
  readonly id: string
  /** All that an edit can change. */
  readonly content: Content
  readonly version: number
  readonly updatedAt: string
}

/**
 * What agents, models, tools and MCP servers are each for themselves. All that is done with them (editing by version, keeping
 * versions, rolling back, deleting, telling the workers) is done once for all of them, by the files of this folder.
 */
export interface ResourceKind<
  Content extends object = object,
  Table extends ResourceTable = ResourceTable,
  Given extends object = object,
> {
  readonly kind: VersionRow['kind']
  /** Of its routes: `/api/<path>`. */
  readonly path: 'agents' | 'models' | 'tools' | 'mcp-servers'
  /** What one of them is called in replies. */
  readonly one: string
  /** What people call one, with its article before it, and many. */
  readonly noun: string
  readonly article: 'a' | 'an'
  readonly plural: string
  readonly table: Table
  /** The column that identifies one, and its field in requests and replies. */
  readonly key: 'id' | 'name'

  /** What is sent to have a new one made. */
  readonly creation: z.ZodType<Given>
  /** All of the content; what a version of earlier times lacks has a default. */
  readonly content: z.ZodType<Content>
  /** Any of its fields. */
  readonly changes: z.ZodType<Changes<Content>>
  /** For the document of the API: one of them, and the reply with all of them. */
  readonly shown: z.ZodType
  readonly listed: z.ZodType

  /** Whether only admins make new ones and change any. */
  readonly adminsOnly: boolean
  maySee(identity: Identity, content: Content): boolean
  mayEdit(identity: Identity, content: Content): boolean
  notFound(id: string): Error

  begin(given: Given, editor: Editor): { readonly id: string; readonly content: Content }
  /** What a roll-back makes of an old version; `latest` is what it is now, or was at its end. Default: the old version. */
  restore?(content: Content, latest: Content): Content
  /** The columns of the content. */
  toRow(content: Content): Readonly<Record<string, string | number | null>>
  /** Reads the content from its row, and the rows that belong to it. Throws for JSON that is none. */
  fromRow(row: Selectable<Schema[Table]>, db: AppDatabase): Content | Promise<Content>
  /** Writes the rows that belong to it. */
  writeLinks?(transaction: AppDatabase, id: string, content: Content): Promise<void>

  show(resource: Resource<Content>, editor: Editor): object
  list(db: AppDatabase, editor: Editor): Promise<object>

  /**
   * Throws a `RequestError` naming the field of which this server, whatever its database holds, could make nothing. What an edit
   * leaves alone is not judged, and does not stand in its way.
   */
  assertUsable(id: string, changes: Changes<Content>, editor: Editor): void | Promise<void>
  /** The same with regard to what the database holds, which is locked. Adds what the content needs to have there. */
  assertFits?(transaction: AppDatabase, edited: Resource<Content>, changes: Changes<Content>, editor: Editor): Promise<void>
  /** Throws a `RequestError` when there can be no more. */
  assertRoom?(transaction: AppDatabase, content: Content): Promise<void>
  /** Ids of the agents that have it. They stand in the way of its end. */
  usedBy?(transaction: AppDatabase, id: string): Promise<string[]>
  /** What depends on it. */
  invalidates(id: string): InvalidationTarget
}
