import { dirname, join } from 'node:path'
import ts from 'typescript'

/**
 * A program of the given declaration files and what they import of each other. Other packages are left out: what is written here
 * must not depend on which version of them is installed.
 */
export function readDeclarations(files: readonly string[]): ts.Program {
  const options: ts.CompilerOptions = { noLib: true, types: [], module: ts.ModuleKind.NodeNext }
  const host = ts.createCompilerHost(options)
  host.resolveModuleNameLiterals = (literals, containingFile) =>
    literals.map(({ text }) => ({ resolvedModule: text.startsWith('.') ? declarationsOf(text, containingFile) : undefined }))
  return ts.createProgram(files, options, host)
}

function declarationsOf(specifier: string, importer: string): ts.ResolvedModuleFull {
  const resolvedFileName = join(dirname(importer), specifier.replace(/\.[jt]s$/, '.d.ts'))
  return { resolvedFileName, extension: ts.Extension.Dts, isExternalLibraryImport: false }
}

/** The docstring that ends where `node` begins, without its stars; empty if there is none. */
export function docstringOf(node: ts.Node): string {
  const text = node.getSourceFile().text
  const comment = ts.getLeadingCommentRanges(text, node.getFullStart())?.findLast(({ pos }) => text.startsWith('/**', pos))
  if (comment === undefined) return ''
  return text
    .slice(comment.pos + 3, comment.end - 2)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim()
}
