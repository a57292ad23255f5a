import { openDatabase } from '../src/database/open-database.ts'
import type { DatabaseOptions } from '../src/database/open-database.ts'
import { seedSampleAgents } from '../src/database/sample-agents.ts'
import type { AppDatabase } from '../src/database/schema.ts'
import type { Identity } from '../src/identity/identity.ts'
import type { RequestError } from '../src/problem.ts'
import { agentCreation } from '../src/resources/agent-content.ts'
import type { AgentContent } from '../src/resources/agent-content.ts'
import { agentKind } from '../src/resources/agent-kind.ts'
import type { Changes, Registry, Resource, ResourceKind } from '../src/resources/resource-kind.ts'
import { findResource } from '../src/resources/resource-rows.ts'
import { saveChange } from '../src/resources/save-change.ts'
import type { Change } from '../src/resources/save-change.ts'
import { listVersions } from '../src/resources/versions.ts'
import { admin, registryForTests } from './editors.ts'

const seeded = Date.UTC(2026, 2, 1)
const now = (): number => Date.UTC(2026, 2, 2)

interface EditOptions {
  readonly version?: number
  readonly identity?: Identity
  readonly on?: AppDatabase
}

/** A database with the sample agents, seen from two workers, and what can be done with what is in it. */
export class ResourceWorld implements AsyncDisposable {
  readonly registry: Registry
  readonly db: AppDatabase
  /** Another worker's. */
  readonly other: AppDatabase

  private constructor(registry: Registry, db: AppDatabase, other: AppDatabase) {
    this.registry = registry
    this.db = db
    this.other = other
  }

  static async open(options: DatabaseOptions): Promise<ResourceWorld> {
    return new ResourceWorld(await registryForTests(), await openDatabase(options), await openDatabase(options))
  }

  /** As it was at first. */
  async reset(): Promise<void> {
    const tables = ['versions', 'agents', 'models', 'tools', 'mcp_servers'] as const
    for (const table of tables) await this.db.deleteFrom(table).execute()
    await seedSampleAgents(this.db, { model: null, now: () => seeded })
  }

  async change<Content extends object>(
    kind: ResourceKind<Content>,
    id: string,
    change: Change<Content>,
    identity = admin,
    on = this.db,
  ): Promise<Resource<Content>> {
    return (await saveChange(on, kind, id, change, { identity, registry: this.registry }, now))!
  }

  edit(id: string, changes: Changes<AgentContent>, { version, identity, on }: EditOptions = {}): Promise<Resource<AgentContent>> {
    return this.change(agentKind, id, { what: 'edit', changes, version }, identity, on)
  }

  find(id: string, on = this.db): Promise<Resource<AgentContent>> {
    return findResource(on, agentKind, id)
  }

  /** Makes an agent, as a client asks for it. */
  make(fields: object, identity = admin): Promise<Resource<AgentContent>> {
    const given = agentCreation.parse({ name: 'New', instructions: 'Help.', ...fields })
    const { id, content } = agentKind.begin(given, { identity, registry: this.registry })
    return this.change(agentKind, id, { what: 'create', content }, identity)
  }

  async versions(kind: ResourceKind, id: string): Promise<unknown[][]> {
    const current = await findResource(this.db, kind, id).catch(() => undefined)
    const versions = await listVersions(this.db, kind, id, current)
    return versions.map(({ version, editorId, deleted }) => [version, editorId, deleted])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.db.destroy(), this.other.destroy()])
  }
}

/** The code of a refusal. */
export function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: RequestError & { code?: string }) => error.problem?.code ?? error.code ?? error.message,
  )
}
