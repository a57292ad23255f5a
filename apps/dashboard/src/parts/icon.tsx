const paths = {
  alert: 'M8 1.5 15 14H1L8 1.5ZM8 6v3.5m0 2v.1',
  auto: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm0 0v13m2-12v11m2-9v7',
  check: 'm3 8.5 3.5 3.5L13 4.5',
  chevron: 'm6 3.5 4.5 4.5L6 12.5',
  cloud: 'M4.5 12.5h7a3 3 0 0 0 .5-5.9A4 4 0 0 0 4.3 6 3.3 3.3 0 0 0 4.5 12.5ZM2 2l12 12',
  close: 'm3.5 3.5 9 9m0-9-9 9',
  down: 'M8 3v10m-4-4 4 4 4-4',
  empty: 'M2 4.5 8 1.5l6 3v7l-6 3-6-3v-7Zm0 0 6 3 6-3m-6 3v7',
  list: 'M2.5 4h11m-11 4h11m-11 4h7',
  lock: 'M4 7V5a4 4 0 0 1 8 0v2M3 7h10v7H3V7Z',
  moon: 'M13.5 9.5A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7Z',
  pencil: 'm2.500 13.500 .7-3L10.500 3.200l2.300 2.300-7.300 7.300-3 .7Z',
  plus: 'M8 3v10M3 8h10',
  retry: 'M13 8a5 5 0 1 1-1.500-3.500L13 6m0-3.500V6H9.500',
  search: 'M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9Zm3.200 7.700L14 14',
  stop: 'M4 4h8v8H4V4Z',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6Zm0-4v1.500m0 11V15M1 8h1.500m11 0H15M3 3l1 1m8 8 1 1M13 3l-1 1M4 12l-1 1',
  tool: 'M10.200 2.200a3.500 3.500 0 0 0-3.700 4.900L2.300 11.300l2.400 2.400 4.200-4.200a3.500 3.500 0 0 0 4.800-4l-2 2-2-.5-.5-2 1-2.800Z',
  trash: 'M2.500 4h11M6 4V2.500h4V4m-6.500 0 .7 9.500h7.600l.7-9.500',
  up: 'M8 13V3M4 7l4-4 4 4',
} as const

export type IconName = keyof typeof paths

/** Drawn, and said by whatever stands beside it. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon-svg" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.4" aria-hidden="true">
      <path d={paths[name]} stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  )
}
