export interface Place {
  readonly row: number
  readonly column: number
}

/** Where a key leads from a place in a grid, as grids have it; `undefined`: nowhere. */
export function placeAfter(key: string, { row, column }: Place, rows: number, columns: number): Place | undefined {
  const within = (at: number, count: number): number => Math.max(0, Math.min(count - 1, at))
  switch (key) {
    case 'ArrowLeft':
      return { row, column: within(column - 1, columns) }
    case 'ArrowRight':
      return { row, column: within(column + 1, columns) }
    case 'ArrowUp':
      return { row: within(row - 1, rows), column }
    case 'ArrowDown':
      return { row: within(row + 1, rows), column }
    case 'Home':
      return { row, column: 0 }
    case 'End':
      return { row, column: within(columns, columns) }
    default:
      return undefined
  }
}
