/** Longer property names are cut: a name may be as long as a config, and a path is for people. */
const maxNameLength = 60

/** One step of a path into a config, as JavaScript would write it: `.tools`, `[2]`, `["x-token"]`. */
export function stepTo(name: PropertyKey): string {
  if (typeof name === 'number') return `[${name}]`
  const text = String(name)
  if (/^[A-Za-z_$][\w$]{0,59}$/.test(text)) return `.${text}`
  const shown = text.length > maxNameLength ? `${text.slice(0, maxNameLength)}…` : text
  return typeof name === 'symbol' ? `[${shown}]` : `[${JSON.stringify(shown)}]`
}
