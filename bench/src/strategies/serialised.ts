/** What is lost of something that is written down as data. */
export interface Serialised {
  /** What JSON has of it, or the error. */
  readonly json: { readonly length: number } | { readonly error: string }
  /** Why `structuredClone` refuses it, if it does. */
  readonly cloneError: string | undefined
  /** The methods of its class, and how many of them what comes back from JSON has. */
  readonly methods: number
  readonly methodsLeft: number
  /** Anywhere in it, each counted once: neither can be written as JSON. */
  readonly functions: number
  readonly instances: number
}

export function serialised(value: object): Serialised {
  const methods = methodsOf(value)
  const text = attempt(() => JSON.stringify(value))
  const clone = attempt(() => structuredClone(value))
  const left = 'error' in text ? 0 : methods.filter((name) => hasMethod(JSON.parse(text.result) as object, name)).length
  return {
    json: 'error' in text ? text : { length: text.result.length },
    cloneError: 'error' in clone ? clone.error : undefined,
    methods: methods.length,
    methodsLeft: left,
    ...countsOf(value),
  }
}

/** Names of what an instance of the same class can do. */
export function methodsOf(value: object): string[] {
  const names = new Set<string>()
  for (let at = Object.getPrototypeOf(value); at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const [name, { value: member }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (name !== 'constructor' && typeof member === 'function') names.add(name)
    }
  }
  return [...names]
}

export function hasMethod(value: object, name: string): boolean {
  return typeof (value as Readonly<Record<string, unknown>>)[name] === 'function'
}

function countsOf(value: object): { readonly functions: number; readonly instances: number } {
  const seen = new Set<unknown>([value])
  const waiting: object[] = [value]
  let [functions, instances] = [0, 0]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next === 'function') functions++
    else if (![Object.prototype, Array.prototype, null].includes(Object.getPrototypeOf(next) as object)) instances++
    // What hangs on a function is lost with it.
    if (typeof next === 'function') continue
    for (const { value: member } of Object.values(Object.getOwnPropertyDescriptors(next)) as PropertyDescriptor[]) {
      if ((typeof member !== 'object' && typeof member !== 'function') || member === null || seen.has(member)) continue
      seen.add(member)
      waiting.push(member as object)
    }
  }
  return { functions, instances }
}

function attempt<Result>(action: () => Result): { readonly result: Result } | { readonly error: string } {
  try {
    return { result: action() }
  } catch (error) {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}
