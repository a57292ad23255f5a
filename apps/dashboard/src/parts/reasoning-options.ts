const levels = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const

type Option = readonly [value: string, label: string]

/** How much a model is to think; `unset` says what happens where nothing is chosen. */
export const reasoningOptions = (unset: string): readonly Option[] => [
  ['', unset],
  ...levels.map((level): Option => [level, level]),
]
