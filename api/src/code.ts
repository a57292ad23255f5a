import { format } from 'oxfmt'
import ts from 'typescript'
import { isShown } from './shown-nodes.ts'
import type { Item } from './public-api.ts'

/** A line of code that a page on the web shows without scrolling. */
const layout = { printWidth: 100, semi: false, singleQuote: true, objectWrap: 'collapse' } as const

/** The declarations of an item as code, with the docstrings of its members, and formatted. */
export async function codeOf(item: Item): Promise<string> {
  const source = item.declarations.map((declaration) => textOf(declaration, item.isTypeOnly)).join('\n')
  const { code, errors } = await format('declarations.d.ts', source, layout)
  if (errors.length > 0) throw new Error(`${item.name} could not be formatted: ${errors[0]?.message}\n${source}`)
  return code.replace(/^(?:export )?(?:declare )?/gm, '').trim()
}

/** Without its own docstring, which the page shows above, and without what users cannot see. */
function textOf(declaration: ts.Node, isTypeOnly: boolean): string {
  const source = declaration.getSourceFile()
  const edits: Edit[] = []
  const visit = (node: ts.Node): void => {
    if (!isShown(node, isTypeOnly)) edits.push({ start: node.getFullStart(), end: node.getEnd(), text: '' })
    // Which of its options a function takes apart in its head is its own business.
    else if (ts.isObjectBindingPattern(node)) edits.push({ start: node.getStart(source), end: node.getEnd(), text: 'options' })
    else ts.forEachChild(node, visit)
  }
  ts.forEachChild(declaration, visit)
  return withoutLinks(edited(source.text, declaration.getStart(source), declaration.getEnd(), edits))
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

function edited(source: string, start: number, end: number, edits: readonly Edit[]): string {
  const parts: string[] = []
  let from = start
  for (const edit of edits) {
    parts.push(source.slice(from, edit.start), edit.text)
    from = edit.end
  }
  return [...parts, source.slice(from, end)].join('')
}

/** Code shows no links: `{@link acquire}` becomes `acquire`. */
function withoutLinks(text: string): string {
  return text.replace(/\{@link\s+(?<name>[^}|\s]+)[^}]*\}/g, '`$<name>`')
}
