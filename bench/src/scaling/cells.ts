import { spaced } from '../growth/curve-grid.ts'

/** Of one core, or of all requests. */
export function percent(part: number): string {
  const value = part * 100
  if (value === 0) return '0 %'
  return `${value >= 10 ? spaced(Math.round(value)) : value.toFixed(value < 0.1 ? 3 : value < 1 ? 2 : 1)} %`
}

export function ms(value: number): string {
  if (!Number.isFinite(value)) return 'never'
  if (value >= 10_000) return `${(value / 1_000).toFixed(0)} s`
  return `${value >= 10 ? Math.round(value) : value.toFixed(value === 0 ? 0 : 2)} ms`
}

export function count(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`
  return value >= 10 ? spaced(Math.round(value)) : value.toFixed(value === 0 ? 0 : 1)
}
