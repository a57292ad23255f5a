import { UnknownToolError, UnsupportedConfigError } from '../errors.ts'

/** A tool of one agent, by the name the model calls it. */
export interface NamedTool<Tool> {
  readonly name: string
  /** Where the config asks for it. */
  readonly path: string
  readonly tool: Tool
}

/** Frameworks keep tools by name: of two with one name, one would be lost without a word. */
export function assertDistinct(tools: readonly NamedTool<unknown>[]): void {
  const paths = new Map<string, string>()
  for (const { name, path } of tools) {
    const first = paths.get(name)
    if (first !== undefined) {
      throw new UnsupportedConfigError(
        path,
        `the model would know this tool as '${name}', which is ${first} already. Rename one.`,
      )
    }
    paths.set(name, path)
  }
}

/** The tool that `toolChoice: { tool }` names. */
export function chosenTool<Tool>(tools: readonly NamedTool<Tool>[], name: string, path: string): NamedTool<Tool> {
  const chosen = tools.find((tool) => tool.name === name)
  if (chosen !== undefined) return chosen
  throw new UnknownToolError(
    `${path}.settings.toolChoice.tool`,
    name,
    tools.map((tool) => tool.name),
  )
}
