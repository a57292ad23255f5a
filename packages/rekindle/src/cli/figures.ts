/** A number as people read it: `1 204`, `12.3`. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const rounded = Math.abs(value) < 10 ? Number(value.toFixed(1)) : Math.round(value)
  return String(rounded).replaceAll(/\B(?=(\d{3})+$)/g, ' ')
}

/** A share of 1 as a percentage: `98.7 %`; what is nearly all or nothing is not rounded to it. */
export function shareText(share: number): string {
  if (!Number.isFinite(share)) return '–'
  const percent = share * 100
  if (percent > 99.95 && share < 1) return `${Math.floor(percent * 1_000) / 1_000} %`
  return `${percent === 0 || percent === 100 ? percent : percent.toFixed(1)} %`
}

/** A latency in milliseconds: `0.8 µs`, `1.2 ms`, `3.1 s`. */
export function latencyText(ms: number): string {
  if (ms < 1) return `${numberText(ms * 1_000)} µs`
  return ms < 1_000 ? `${numberText(ms)} ms` : `${numberText(ms / 1_000)} s`
}

export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1_024)))
  return `${numberText(bytes / 1_024 ** power)} ${units[power]}`
}

/** `1 worker`, `2 workers`. */
export function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${numberText(count)} ${count === 1 ? one : many}`
}
