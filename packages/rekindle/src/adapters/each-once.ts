/** `convert`, called once for each object as long as somebody has it: what it gives is shared like the object itself. */
export function eachOnce<From extends object, To>(convert: (from: From) => To): (from: From) => To {
  const converted = new WeakMap<From, { readonly to: To }>()
  return (from) => {
    const known = converted.get(from) ?? { to: convert(from) }
    converted.set(from, known)
    return known.to
  }
}
