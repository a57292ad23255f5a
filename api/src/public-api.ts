import ts from 'typescript'
import { docstringOf, readDeclarations } from './declarations.ts'
import type { EntryPoint } from './entry-points.ts'
import { shownNodes } from './shown-nodes.ts'

/** A name that an entry point exports, or that one of its exports mentions. */
export interface Item {
  readonly name: string
  /** Of this library's own: a name stands for one thing, whoever exports it. */
  readonly symbol: ts.Symbol
  /** Exported as a type: nobody outside can construct it, or call it. */
  readonly isTypeOnly: boolean
  readonly declarations: readonly ts.Node[]
  readonly docstring: string
  /** What its declarations mention. */
  readonly mentions: readonly ts.Symbol[]
}

export interface EntryPointApi extends EntryPoint {
  /** Its module's docstring. */
  readonly summary: string
  /** By name. */
  readonly exported: readonly Item[]
  /** What those mention, and what that mentions, that no entry point exports. */
  readonly unexported: readonly Item[]
}

export function readPublicApi(entryPoints: readonly EntryPoint[]): EntryPointApi[] {
  const program = readDeclarations(entryPoints.map(({ file }) => file))
  const checker = program.getTypeChecker()
  const modules = entryPoints.map((entryPoint) => {
    const source = program.getSourceFile(entryPoint.file)
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source)
    if (source === undefined || module === undefined) throw new Error(`${entryPoint.file} is missing or exports nothing`)
    const exported = checker.getExportsOfModule(module).map((symbol) => itemOf(symbol, checker))
    return { ...entryPoint, summary: summaryOf(source), exported: exported.sort(byName) }
  })
  const importable = new Set(modules.flatMap(({ exported }) => exported.map(({ symbol }) => symbol)))
  return modules.map((module) => ({ ...module, unexported: unexportedOf(module.exported, importable, checker) }))
}

/** Not of what follows it, if the module has no docstring of its own. */
function summaryOf(source: ts.SourceFile): string {
  const [first] = source.statements
  return first === undefined || !ts.isExportDeclaration(first) ? '' : docstringOf(first)
}

function itemOf(symbol: ts.Symbol, checker: ts.TypeChecker): Item {
  const specifier = symbol.declarations?.find(ts.isExportSpecifier)
  const isTypeOnly = specifier !== undefined && ts.isTypeOnlyExportDeclaration(specifier)
  const original = originalOf(symbol, checker)
  const declarations = (original.declarations ?? []).map(statementOf)
  const docstring = declarations.map(docstringOf).find((text) => text !== '') ?? ''
  const mentions = declarations.flatMap((declaration) => mentionsOf(declaration, isTypeOnly, checker))
  return { name: symbol.name, symbol: original, isTypeOnly, declarations, docstring, mentions: [...new Set(mentions)] }
}

function originalOf(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/** Of a constant, the statement that declares it, which has its docstring. */
function statementOf(declaration: ts.Node): ts.Node {
  return ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
}

/** The types and values of this library that the shown parts of a declaration name, itself excepted. */
function mentionsOf(declaration: ts.Node, isTypeOnly: boolean, checker: ts.TypeChecker): ts.Symbol[] {
  return shownNodes(declaration, isTypeOnly).flatMap((node) => {
    if (!ts.isIdentifier(node)) return []
    const symbol = checker.getSymbolAtLocation(node)
    if (symbol === undefined) return []
    const original = originalOf(symbol, checker)
    const places = original.declarations ?? []
    return places.some((place) => ts.isSourceFile(place.parent) || ts.isSourceFile(statementOf(place).parent)) &&
      !places.some((place) => statementOf(place) === declaration || ts.isImportSpecifier(place))
      ? [original]
      : []
  })
}

function unexportedOf(exported: readonly Item[], importable: ReadonlySet<ts.Symbol>, checker: ts.TypeChecker): Item[] {
  const found = new Map<ts.Symbol, Item>()
  const visit = (item: Item): void => {
    for (const symbol of item.mentions) {
      if (importable.has(symbol) || found.has(symbol)) continue
      const mentioned = { ...itemOf(symbol, checker), isTypeOnly: true }
      found.set(symbol, mentioned)
      visit(mentioned)
    }
  }
  exported.forEach(visit)
  return [...found.values()].sort(byName)
}

/** By code unit: the same order on every machine. */
function byName(one: Item, other: Item): number {
  return one.name < other.name ? -1 : Number(one.name > other.name)
}
