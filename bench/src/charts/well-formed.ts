const tag = /<(\/?)([a-z]+)((?: [a-zA-Z][a-zA-Z\d:-]*="(?:[^"<&]|&#\d+;)*")*)(\/?)>/y
const words = /(?:[^<&\p{Cc}]|\n|&#\d+;)+/uy

/** What keeps a browser from drawing this, or `undefined`: an SVG in a page is read as XML, and one wrong character hides all of it. */
export function faultOf(svg: string): string | undefined {
  const open: string[] = []
  let at = 0
  while (at < svg.length) {
    const pattern = svg[at] === '<' ? tag : words
    pattern.lastIndex = at
    const found = pattern.exec(svg)
    if (found === null) return `unexpected "${svg.slice(at, at + 20)}" at character ${at}`
    if (pattern === tag) {
      const [, closes, name = '', , isEmpty] = found
      if (closes !== '') {
        const last = open.pop()
        if (last !== name) return `</${name}> at character ${at} ends <${last ?? 'nothing'}>`
      } else if (isEmpty === '') open.push(name)
    }
    at = pattern.lastIndex
  }
  return open.length === 0 ? undefined : `<${open.at(-1)}> has no end`
}
