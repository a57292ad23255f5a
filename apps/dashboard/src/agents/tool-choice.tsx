import type { Catalogue } from '../api/catalogue.ts'
import { TextArea } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { Pill } from '../parts/pill.tsx'
import type { DraftTool, Flaws } from './draft.ts'

interface ToolChoiceProps {
  readonly tools: readonly DraftTool[]
  readonly set: (tools: readonly DraftTool[]) => void
  readonly catalogue: Catalogue
  readonly flaws: Flaws
}

/** The agent's tools in the order in which the model sees them, then those it could have. */
export function ToolChoice({ tools, set, catalogue, flaws }: ToolChoiceProps) {
  const chosen = tools.map(({ name }) => name)
  const others = catalogue.tools.filter(({ name }) => !chosen.includes(name))
  const move = (at: number, by: number): void => {
    const moved = tools.toSpliced(at, 1)
    set(moved.toSpliced(at + by, 0, tools[at]!))
  }
  if (tools.length === 0 && others.length === 0) return <p class="muted">This server has no tools.</p>
  return (
    <>
      {flaws['tools'] !== undefined && <p class="bad small">{flaws['tools']}</p>}
      <ul class="tool-list">
        {tools.map((tool, at) => (
          <li class="tool-item" key={tool.name}>
            <div class="row">
              <ToolCheck name={tool.name} catalogue={catalogue} checked toggle={() => set(tools.toSpliced(at, 1))} />
              <button
                class="button plain icon little"
                type="button"
                disabled={at === 0}
                aria-label={`Move ${tool.name} up`}
                onClick={() => move(at, -1)}
              >
                <Icon name="up" />
              </button>
              <button
                class="button plain icon little"
                type="button"
                disabled={at === tools.length - 1}
                aria-label={`Move ${tool.name} down`}
                onClick={() => move(at, 1)}
              >
                <Icon name="down" />
              </button>
            </div>
            {hasOptions(tool, catalogue) && (
              <TextArea
                label={`Options of ${tool.name}`}
                value={tool.options}
                set={(options) => set(tools.with(at, { ...tool, options }))}
                rows={3}
                code
                flaw={flaws[`tools[${tool.name}]`]}
              />
            )}
          </li>
        ))}
        {others.map(({ name }) => (
          <li class="tool-item" key={name}>
            <ToolCheck
              name={name}
              catalogue={catalogue}
              checked={false}
              toggle={() => set([...tools, { name, options: '{}' }])}
            />
          </li>
        ))}
      </ul>
    </>
  )
}

interface ToolCheckProps {
  readonly name: string
  readonly catalogue: Catalogue
  readonly checked: boolean
  readonly toggle: () => void
}

function ToolCheck({ name, catalogue, checked, toggle }: ToolCheckProps) {
  const known = catalogue.tools.find((each) => each.name === name)
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={toggle} />
      <span>
        <span class="mono">{name}</span> {known?.enabled === false && <Pill tone="warn">switched off</Pill>}
        {known === undefined && <Pill tone="warn">unknown</Pill>}
        {known && <span class="muted small tool-description">{known.description}</span>}
      </span>
    </label>
  )
}

/** Where the server does not say, or has them set, they are shown. */
function hasOptions({ name, options }: DraftTool, { tools }: Catalogue): boolean {
  return tools.find((each) => each.name === name)?.takesOptions !== false || options.trim() !== '{}'
}

interface ServerChoiceProps {
  readonly chosen: readonly string[]
  readonly set: (names: readonly string[]) => void
  readonly catalogue: Catalogue
}

export function ServerChoice({ chosen, set, catalogue }: ServerChoiceProps) {
  const known = catalogue.mcpServers.map(({ name }) => name)
  const names = [...known, ...chosen.filter((name) => !known.includes(name))]
  if (names.length === 0) return <p class="muted small">This server has none. Admins add them with the API.</p>
  const toggle = (name: string): void => set(chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name])
  return (
    <ul class="stack tight">
      {names.map((name) => {
        const server = catalogue.mcpServers.find((each) => each.name === name)
        return (
          <li key={name}>
            <label class="check">
              <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />
              <span>
                <span class="mono">{name}</span> {server?.enabled === false && <Pill tone="warn">switched off</Pill>}
                {server && <span class="muted small tool-description">{server.description}</span>}
              </span>
            </label>
          </li>
        )
      })}
    </ul>
  )
}
