import type { Grid } from '../benchmark.ts'
import { figure } from '../report.ts'
import type { Serialised } from './serialised.ts'
import type { Written } from './strategy-orders.ts'

/** The words of an error up to here. */
const shown = 60

/** What of a framework's agent survives being written down. */
export function drawLost(all: ReadonlyMap<string, Written>): Grid {
  const rows = [...all].map(([framework, { agent }]) => [`agent, ${framework}`, ...cells(agent)])
  const [some] = all.values()
  return {
    title: 'An agent written as JSON, and read again',
    table: [
      ['', 'JSON', 'methods left', 'functions lost', 'instances lost', 'structuredClone'],
      ...rows,
      ...(some === undefined ? [] : [['config, for any of them', ...cells(some.config)]]),
    ],
    notes: [
      'An agent with ten tools. Where JSON has a length, JSON.stringify did not complain: what is lost goes silently. Functions are those of',
      'tools, models and settings, instances those of classes, with what they hold of this process; each counted once.',
    ],
    targets: [],
    figures: Object.fromEntries(all),
  }
}

function cells({ json, methods, methodsLeft, functions, instances, cloneError }: Serialised): string[] {
  return [
    'error' in json ? short(json.error) : `${figure(json.length / 1000)} KB`,
    methods === 0 ? '–' : `${methodsLeft} of ${methods}`,
    String(functions),
    String(instances),
    cloneError === undefined ? 'takes it' : short(cloneError),
  ]
}

/** In a few words. */
export function lossOf({ json, methods, methodsLeft, functions, instances }: Serialised): string {
  if ('error' in json) return `all: ${short(json.error)}`
  const lost = methods - methodsLeft
  return lost + functions + instances === 0
    ? 'nothing'
    : `${lost} of ${methods} methods, ${functions} functions, ${instances} instances`
}

function short(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > shown ? `${line.slice(0, shown)}…` : line
}
