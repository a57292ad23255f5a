import { RequestError } from '../problem.ts'
import type { ResourceKind } from './resource-kind.ts'

const longestId = 200

export function notFound({ kind, noun }: Pick<ResourceKind, 'kind' | 'noun'>, id: string): RequestError {
  const message = `There is no ${noun} ${JSON.stringify(id.slice(0, longestId))}.`
  return new RequestError({ status: 404, code: `${kind}-not-found`, message })
}
