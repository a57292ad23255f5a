import { element, escaped, text, wrapped } from './svg.ts'

/** As wide as leaves it readable on a telephone, where it is shown at two thirds. */
export const width = 600
export const margin = 16
export const lineHeight = 18

/** The paper is its own, so that it can be read on whatever page it is shown. */
const style = `
svg { --text: #1b1f24; --muted: #5c6675; --grid: #e3e7ec; --paper: #ffffff; --other: #b4bdc9; --ours: #2764d8; --met: #12805c; --missed: #c2410c;
  --own-0: #2764d8; --own-1: #12805c; --own-2: #7a3fc4; --own-3: #0b7f9e; --own-4: #b4378a; --peer-0: #7d8896; --peer-1: #c0772b; --peer-2: #a8455a; --peer-3: #7d7a2f; --peer-4: #b0639a; --peer-5: #4d5866 }
@media (prefers-color-scheme: dark) {
  svg { --text: #e8ebef; --muted: #9aa5b5; --grid: #2c333d; --paper: #14181d; --other: #56616f; --ours: #77a7ff; --met: #4cc79a; --missed: #ff9a62;
    --own-0: #77a7ff; --own-1: #4cc79a; --own-2: #c59bff; --own-3: #5fd0ee; --own-4: #f58ad0; --peer-0: #96a2b2; --peer-1: #e2a05c; --peer-2: #ef8496; --peer-3: #c5c062; --peer-4: #e59fcf; --peer-5: #b9c4d2 }
}
text { font: 14px system-ui, sans-serif; fill: var(--text) }
.title { font-size: 16px; font-weight: 600 } .muted { font-size: 12.5px; fill: var(--muted) } .strong { font-weight: 600 }
.paper { fill: var(--paper) } .grid { stroke: var(--grid) } .axis { stroke: var(--muted) }
.ours { fill: var(--ours) } .other { fill: var(--other) } .spread { stroke: var(--text); stroke-width: 1.25; fill: none }
.met { stroke: var(--met); fill: var(--met); stroke-width: 2 } .missed { stroke: var(--missed); fill: var(--missed); stroke-width: 2 }
`

/** What stands above a drawing, and where the drawing can begin. */
export function heading(
  title: string,
  remarks: readonly string[],
): { readonly parts: readonly string[]; readonly bottom: number } {
  const titles = wrapped(title, 64)
  const below = remarks.flatMap((remark) => wrapped(remark, 84))
  const first = margin + 14
  const underTitle = first + titles.length * 20
  return {
    parts: [
      ...titles.map((words, index) => text(margin, first + index * 20, words, 'title')),
      ...below.map((words, index) => text(margin, underTitle + index * 17, words, 'muted')),
    ],
    bottom: underTitle + below.length * 17,
  }
}

/** A file that needs nothing else, with its words for those who do not see it. */
export function framed(title: string, description: string, height: number, parts: readonly string[]): string {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${Math.ceil(height)}`,
    width,
    height: Math.ceil(height),
    role: 'img',
    'aria-labelledby': 'title description',
  }
  const lines = [
    element('title', { id: 'title' }, escaped(title)),
    element('desc', { id: 'description' }, escaped(description)),
    element('style', {}, style),
    element('rect', { class: 'paper', width, height: Math.ceil(height), rx: 8 }),
    ...parts,
  ]
  return `${element('svg', attributes, `\n${lines.join('\n')}\n`)}\n`
}

/** Rekindle's own rows and lines, which stand out. */
export function isOurs(name: string): boolean {
  return /\brekindle\b/i.test(name)
}
