import { builtIns } from '../platform/built-ins.ts'

/** Texts come from users, models and stores, and can be of any length. A message is for people. */
const maxNameLength = 200
const maxTextLength = 1_000
const maxListed = 20

/** For messages: a value as one would write it, cut if it is long. */
export function shown(value: unknown): string {
  return builtIns.util.inspect(value, { depth: 0, maxStringLength: maxNameLength, maxArrayLength: maxListed })
}

/** For messages: the names, quoted; only the first of many. */
export function listNames(names: Iterable<string>): string {
  const all = [...names]
  return all.length === 0 ? 'none' : firstOf(all, shown, ', ')
}

/** For messages: what is wrong with a config; only the first of many. */
export function listIssues(issues: readonly { readonly path: string; readonly message: string }[]): string {
  return firstOf(issues, ({ path, message }) => `${path}: ${cut(message, maxNameLength)}`, '; ')
}

function firstOf<Item>(items: readonly Item[], text: (item: Item) => string, separator: string): string {
  const more = items.length > maxListed ? ` and ${items.length - maxListed} more` : ''
  return items.slice(0, maxListed).map(text).join(separator) + more
}

/** The text of what was thrown, whatever it is: not everything can be made into a string. */
export function textOf(error: unknown): string {
  try {
    return cut(String(error), maxTextLength)
  } catch {
    return 'something that cannot be shown'
  }
}

function cut(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}… (${text.length} characters)` : text
}
