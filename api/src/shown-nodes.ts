import ts from 'typescript'
import { docstringOf } from './declarations.ts'

/**
 * Whether users can see a member: not private, not marked `@internal`, and no constructor of a class that is exported as a type.
 */
export function isShown(member: ts.Node, isTypeOnly: boolean): boolean {
  if (!ts.isClassElement(member) && !ts.isTypeElement(member)) return true
  if (ts.isConstructorDeclaration(member) && isTypeOnly) return false
  if (member.name !== undefined && ts.isPrivateIdentifier(member.name)) return false
  if (ts.isClassElement(member) && ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) return false
  return !docstringOf(member).includes('@internal')
}

/** A declaration and everything in it that users can see. */
export function shownNodes(declaration: ts.Node, isTypeOnly: boolean): ts.Node[] {
  const nodes = [declaration]
  const visit = (node: ts.Node): void => {
    if (!isShown(node, isTypeOnly)) return
    nodes.push(node)
    ts.forEachChild(node, visit)
  }
  ts.forEachChild(declaration, visit)
  return nodes
}
