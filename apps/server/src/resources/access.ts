import type { Identity } from '../identity/identity.ts'
import { RequestError } from '../problem.ts'
import type { ResourceKind } from './resource-kind.ts'

/** `latest`: what it is, or was at its end; `undefined`: there was never one. What one may not see is not there. */
export function assertMayEdit<Content extends object>(
  kind: ResourceKind<Content>,
  id: string,
  latest: Content | undefined,
  identity: Identity,
): asserts latest is Content {
  if (latest === undefined || !kind.maySee(identity, latest)) throw kind.notFound(id)
  if (!kind.mayEdit(identity, latest)) throw forbidden(kind)
}

export function forbidden({ noun }: Pick<ResourceKind, 'noun'>): RequestError {
  return new RequestError({ status: 403, code: 'forbidden', message: `Only admins may do this with this ${noun}.` })
}
