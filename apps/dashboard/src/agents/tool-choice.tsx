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
  if (tools.length === 0 && others.length === 0) return <p class="muted">This server has no tools.</p>
  return (
    <>
      {flaws['tools'] !== undefined && <p class="bad small">{flaws['tools']}</p>}
      <ul class="tool-list">
        {tools.map(({ name }, at) => (
          <ChosenTool key={name} at={at} tools={tools} set={set} catalogue={catalogue} flaws={flaws} />
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

/** The one of `tools` at `at`: to be moved, given options, or left out. */
function ChosenTool({ at, tools, set, catalogue, flaws }: ToolChoiceProps & { readonly at: number }) {
  const tool = tools[at]!
  const others = tools.toSpliced(at, 1)
  const moveTo = (place: number): void => set(others.toSpliced(place, 0, tool))
  return (
    <li class="tool-item">
      <div class="row">
        <ToolCheck name={tool.name} catalogue={catalogue} checked toggle={() => set(others)} />
        <MoveButton name={tool.name} direction="up" isPossible={at > 0} move={() => moveTo(at - 1)} />
        <MoveButton name={tool.name} direction="down" isPossible={at < others.length} move={() => moveTo(at + 1)} />
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
  )
}

interface MoveButtonProps {
  readonly name: string
  readonly direction: 'up' | 'down'
  readonly isPossible: boolean
  readonly move: () => void
}

function MoveButton({ name, direction, isPossible, move }: MoveButtonProps) {
  return (
    <button
      class="button plain icon little"
      type="button"
      disabled={!isPossible}
      aria-label={`Move ${name} ${direction}`}
      onClick={move}
    >
      <Icon name={direction} />
    </button>
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
