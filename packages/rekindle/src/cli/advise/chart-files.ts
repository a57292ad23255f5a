import type { Advice } from '../../advisor/index.ts'
import { chartsOf } from './charts.ts'
import { figuresOf, savingsOf, watchedText } from './figures-of.ts'
import { chartHeight, chartStyle, chartWidth, escaped, svgChart } from './svg-chart.ts'

/** All charts, one below the other, as a file of its own. */
export function svgFile(advice: Advice): string {
  const charts = chartsOf(advice)
  const height = charts.length * chartHeight
  const placed = charts.map((chart, at) => `<g transform="translate(0 ${at * chartHeight})">${svgChart(chart)}</g>`)
  const paper = `<rect class="chart paper" width="${chartWidth}" height="${height}"/>`
  const style = `<style>${chartStyle}.paper { fill: var(--paper) }</style>`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${chartWidth} ${height}" width="${chartWidth}" height="${height}" role="img">\n${style}\n${paper}\n${placed.join('\n')}\n</svg>\n`
}

/** 2001. */
const firstDate = 1_000_000_000_000
/** The last that a `Date` can tell. */
const lastDate = 8.64e15

const pageStyle = `
:root { color-scheme: light dark; --paper: #fff; --text: #1b1f24; --muted: #667080; --line: #e3e7ec; --caution: #8a4b12; --note: #fdf3e7 }
@media (prefers-color-scheme: dark) { :root { --paper: #14181d; --text: #e8ebef; --muted: #97a1b0; --line: #2c333d; --caution: #f0b98c; --note: #2b2118 } }
body { margin: 0; background: var(--paper); color: var(--text); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem 4rem } h1 { font-size: 1.5rem; margin: 0 0 .25rem } .muted { color: var(--muted) }
.caution { background: var(--note); color: var(--caution); border-radius: .5rem; padding: .5rem .875rem }
table { border-collapse: collapse; width: 100%; margin: 1.5rem 0; font-variant-numeric: tabular-nums } th, td { padding: .375rem .5rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap }
th:first-child { text-align: left; font-weight: 400 } thead th { color: var(--muted); font-weight: 500; font-size: .875rem } .changed { font-weight: 600 }
.chart-box { overflow-x: auto; margin: 2rem 0 } svg { display: block; width: 100%; min-width: 34rem; height: auto }
`

/** A page that needs nothing else: no script, and nothing from elsewhere. */
export function htmlFile(advice: Advice, workers: number): string {
  const rows = figuresOf(advice).map(
    ([name, now, then]) =>
      `<tr><th scope="row">${escaped(name)}</th><td>${escaped(now)}</td><td${now === then ? '' : ' class="changed"'}>${escaped(then)}</td></tr>`,
  )
  const charts = chartsOf(advice).map(
    (chart) =>
      `<div class="chart-box"><svg viewBox="0 0 ${chartWidth} ${chartHeight}" role="img" aria-label="${escaped(`${chart.title}: hit rates`)}">${svgChart(chart)}</svg></div>`,
  )
  const caution = advice.caution === undefined ? '' : `<p class="caution">${escaped(advice.caution)}</p>`
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Rekindle: how agents are kept, and could be</title>
<style>${pageStyle}${chartStyle}</style>
<main>
<h1>How agents are kept, and could be</h1>
<p class="muted">${escaped(`${dates(advice)}${watchedText(advice, workers)}.`)}</p>
${caution}
<table>
<thead><tr><th></th><th scope="col">now</th><th scope="col">recommended</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
<p>${escaped(savingsOf(advice).join(' '))}</p>
<p class="muted">${escaped(advice.recommended.why)}</p>
${charts.join('\n')}
</main>
</html>
`
}

/** Times of a trace may count from any beginning. */
function dates({ from, until }: Advice): string {
  if (from < firstDate || until > lastDate) return ''
  const [first, last] = [from, until].map((ms) => new Date(ms).toISOString().slice(0, 16).replace('T', ' '))
  return `${first} to ${last} UTC: `
}
