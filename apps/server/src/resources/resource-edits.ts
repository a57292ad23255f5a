import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { spreadShape } from '../editing/spread.ts'
import { adminsOnly } from '../identity/admins-only.ts'
import type { Operation } from '../openapi/operation.ts'
import type { RunningTurns } from '../turns/running-turns.ts'
import { changeResource } from './change-resource.ts'
import type { ChangeServices } from './change-resource.ts'
import type { Editor, Registry, ResourceKind } from './resource-kind.ts'
import type { Change } from './save-change.ts'

export interface ResourceParts extends Omit<ChangeServices, 'log'> {
  readonly registry: Registry
  readonly turns: RunningTurns
}

/** What all requests that change something of one kind have in common. */
export class ResourceEdits {
  /** Of each of their operations. */
  readonly operation: Pick<Operation, 'tag' | 'for'>
  /** Turns away who may change nothing of this kind, before a body is read. */
  readonly access: { readonly onRequest?: typeof adminsOnly }
  /** What they are answered with, where there is something to show. */
  readonly reply: z.ZodType
  readonly #kind: ResourceKind
  readonly #parts: ResourceParts

  constructor(kind: ResourceKind, parts: ResourceParts) {
    this.operation = { tag: kind.path, for: kind.adminsOnly ? 'admins' : 'users' }
    this.access = kind.adminsOnly ? { onRequest: adminsOnly } : {}
    this.reply = z.object({ [kind.one]: kind.shown, ...spreadShape })
    this.#kind = kind
    this.#parts = parts
  }

  editorOf({ identity }: Pick<FastifyRequest, 'identity'>): Editor {
    return { identity, registry: this.#parts.registry }
  }

  /** Resolves to the reply: what it is now, and whom the change has reached. */
  async make(request: FastifyRequest, id: string, change: Change<object>): Promise<object> {
    const editor = this.editorOf(request)
    const services = { ...this.#parts, log: request.log }
    // As a turn: a worker that stops finishes it first. Its client does not end it by going away.
    const { resource, spread } = await this.#parts.turns.run(new AbortController(), () =>
      changeResource(services, this.#kind, id, change, editor),
    )
    const { one } = this.#kind
    return { ...(resource !== undefined && { [one]: this.#kind.show(resource, editor) }), ...spread }
  }
}
