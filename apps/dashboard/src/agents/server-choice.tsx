import type { Catalogue } from '../api/catalogue.ts'
import { Pill } from '../parts/pill.tsx'

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
