import type ts from 'typescript'
import { entryPointsOf, filesOf } from './entry-points.ts'
import { headingsOf, notice, openingOf, pageOf, type Places } from './page.ts'
import { type EntryPointApi, readPublicApi } from './public-api.ts'

/** The pages of the reference of a package: the text of each by its file name. Throws if something public has no docstring. */
export async function referenceOf(folder: string): Promise<Map<string, string>> {
  const apis = readPublicApi(entryPointsOf(folder))
  const undescribed = apis.flatMap(undescribedOf)
  if (undescribed.length > 0) throw new Error(`These need a docstring: ${undescribed.join(', ')}`)
  const places = placesOf(apis)
  const pages = new Map([['README.md', indexOf(apis, filesOf(folder))]])
  for (const api of apis) pages.set(api.page, await pageOf(api, places))
  return pages
}

function undescribedOf({ name, summary, exported }: EntryPointApi): string[] {
  const names = exported.filter(({ docstring }) => docstring === '').map((item) => `${item.name} of ${name}`)
  return summary === '' ? [`${name} itself (the first lines of its index.ts)`, ...names] : names
}

function indexOf(apis: readonly EntryPointApi[], files: readonly string[]): string {
  const rows = apis.map((api) => {
    const names = api.exported.length === 1 ? '1 name' : `${api.exported.length} names`
    return `| [\`${api.name}\`](${api.page}) | ${openingOf(api)} | ${names} |`
  })
  return `${notice}

# Reference

**Every name that can be imported, by entry point: what it promises, its units and defaults, and the errors it throws.**

| import from | what it is for | exports |
|---|---|---|
${rows.join('\n')}

Files that can be imported: ${files.map((file) => `\`${file}\``).join(', ')}.

What is not on these pages is not public, and may change in any release.
`
}

function placesOf(apis: readonly EntryPointApi[]): Places {
  const addresses = new Map(apis.map((api) => [api.page, headingsOf(api)]))
  return {
    linkTo(symbol, name, page) {
      const here = addresses.get(page)?.get(symbol)
      if (here !== undefined) return `[\`${name}\`](#${here})`
      for (const { page: other } of apis) {
        const there = addresses.get(other)?.get(symbol)
        if (there !== undefined) return `[\`${name}\`](${other}#${there})`
      }
      return `\`${name}\``
    },
    named: (name, page) => symbolNamed(name, page, apis),
  }
}

/** As `page` exports it, or the first entry point that does. */
function symbolNamed(name: string, page: string, apis: readonly EntryPointApi[]): ts.Symbol | undefined {
  const nearestFirst = [...apis.filter((api) => api.page === page), ...apis]
  return nearestFirst.flatMap(({ exported, unexported }) => [...exported, ...unexported]).find((item) => item.name === name)
    ?.symbol
}
