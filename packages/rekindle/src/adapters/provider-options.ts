/** What models of the AI SDK are told by the name of their provider. */
type ProviderOptions = { readonly [provider: string]: object }

/** One provider's options after the other's; of what several say about one, the last counts. `undefined` if nobody says any. */
export function mergedOptions(...all: readonly (ProviderOptions | undefined)[]): ProviderOptions | undefined {
  const options = new Map<string, object>()
  for (const [provider, more] of all.flatMap((one = {}) => Object.entries(one))) {
    options.set(provider, { ...options.get(provider), ...more })
  }
  return options.size === 0 ? undefined : Object.fromEntries(options)
}
