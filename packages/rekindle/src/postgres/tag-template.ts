/** A tag with columns in it: text, column, text, column, … */
export type TagPart = { readonly text: string } | { readonly column: string }

const tokens = /\{\{|\}\}|\{[^{}]+\}|[{}]|[^{}]+/g

/** `model:{id}` is the text `model:` and the column `id`; `{{` and `}}` are braces. `undefined` for a brace without its other. */
export function parseTagTemplate(template: string): TagPart[] | undefined {
  const parts: TagPart[] = []
  for (const [token] of template.matchAll(tokens)) {
    if (token === '{' || token === '}') return undefined
    if (token === '{{' || token === '}}') parts.push({ text: token.charAt(0) })
    else if (token.startsWith('{')) parts.push({ column: token.slice(1, -1) })
    else parts.push({ text: token })
  }
  return parts
}
