type Attributes = Readonly<Record<string, string | number>>

/** An element of a drawing, with what is inside of it: elements, or escaped text. */
export function element(name: string, attributes: Attributes, ...inside: readonly string[]): string {
  const written = Object.entries(attributes).map(([attribute, value]) => ` ${attribute}="${escaped(valueText(value))}"`)
  const open = `<${name}${written.join('')}`
  return inside.length === 0 ? `${open}/>` : `${open}>${inside.join('')}</${name}>`
}

export function text(
  x: number,
  y: number,
  words: string,
  className: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  return element('text', { x, y, class: className, 'text-anchor': anchor }, escaped(words))
}

export function line(x1: number, y1: number, x2: number, y2: number, className: string): string {
  return element('line', { x1, y1, x2, y2, class: className })
}

/** Names and titles come from files, and may hold anything. */
export function escaped(words: string): string {
  return words.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`).replaceAll(/\p{Cc}/gu, ' ')
}

/** Lines of at most so many characters, where spaces allow it. */
export function wrapped(words: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of words.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** A tenth of a pixel is as fine as is seen. */
function valueText(value: string | number): string {
  return typeof value === 'string' ? value : String(Number(value.toFixed(1)))
}
