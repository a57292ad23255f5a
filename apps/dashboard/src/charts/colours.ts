/** The colours of the style sheet, for a canvas, as they are under the present theme. */
export function coloursOf(element: HTMLElement): (token: string, strength?: number) => string {
  const probe = document.createElement('span')
  probe.hidden = true
  element.append(probe)
  const colours = new Map<string, string>()
  const colour = (token: string, strength = 1): string => {
    const name = `${token} ${strength}`
    const known = colours.get(name)
    if (known !== undefined) return known
    probe.style.color =
      strength === 1 ? `var(--${token})` : `color-mix(in oklab, var(--${token}) ${strength * 100}%, transparent)`
    const resolved = getComputedStyle(probe).color
    colours.set(name, resolved)
    return resolved
  }
  for (const token of ['muted', 'line', 'memory', 'config', 'build', 'bad', 'text', 'card']) {
    for (const strength of [1, 0.22]) colour(token, strength)
  }
  probe.remove()
  return colour
}
