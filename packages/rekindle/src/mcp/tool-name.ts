import { hash } from 'node:crypto'

/** What every provider takes: OpenAI allows no more, and Gemini wants a letter or an underscore in front. */
const maxLength = 64
const hashLength = 8

/**
 * What a model calls the tool `tool` of the server `server`: `github` and `create_issue` make `github_create_issue`.
 *
 * Distinct tools have distinct names. Where characters had to be replaced or the end cut off, and where another place for the
 * underscore would make the same name of others, a hash of the true names is appended.
 */
export function toolName(server: string, tool: string): string {
  const joined = `${server}_${tool}`
  const clean = joined.replaceAll(/[^\w-]/g, '_').replace(/^(?![a-z_])/i, '_')
  if (clean === joined && clean.length <= maxLength && !server.includes('_')) return clean
  const mark = hash('sha256', JSON.stringify([server, tool]), 'hex').slice(0, hashLength)
  return `${clean.slice(0, maxLength - hashLength - 1)}_${mark}`
}
