import { assertDistinct, type NamedTool } from '../adapters/named-tool.ts'

const maxLength = 63

/**
 * What the model calls the tool. Mastra renames tools when the model is called, which puts them behind all others, where two
 * that became one are first noticed. With a name that needs no change they stay where the config has them.
 */
export function toolKey(name: string): string {
  return (
    name
      .replaceAll(/[^\w-]/g, '_')
      .replace(/^(?![a-z_])/i, '_')
      .slice(0, maxLength)
      // Mastra copies tools by assignment, which this name does not survive.
      .replace(/^__proto__$/, '_proto_')
  )
}

/**
 * The tools as Mastra wants them, in their order. Given by a function, they are not entered into the application's `Mastra`, which
 * would keep them for good. Throws {@link UnsupportedConfigError} for two of one name.
 */
export function toolRecord<Tool>(tools: readonly NamedTool<Tool>[]): () => { [key: string]: Tool } {
  const keyed = tools.map(({ name, path, tool }) => ({ name: toolKey(name), path, tool }))
  assertDistinct(keyed)
  return always(Object.fromEntries(keyed.map(({ name, tool }) => [name, tool])))
}

/** Apart, so that nothing else of what makes an agent is kept with it. */
function always<Value>(value: Value): () => Value {
  return () => value
}
