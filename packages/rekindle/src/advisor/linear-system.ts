/** Solves `matrix` × x = `right` for a symmetric matrix of a few rows (Gauss, with the largest pivot). What nothing says anything of is 0. */
export function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const size = right.length
  const rows = matrix.map((row, at) => [...row, right[at]!])
  const least = 1e-12 * Math.max(0, ...matrix.map((row, at) => row[at]!))
  for (let column = 0; column < size; column++) {
    let pivot = column
    for (let at = column + 1; at < size; at++) if (Math.abs(rows[at]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = at
    ;[rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!]
    const own = rows[column]!
    if (Math.abs(own[column]!) <= least) {
      own.fill(0)
      own[column] = 1
    }
    for (const row of rows) {
      if (row === own) continue
      const factor = row[column]! / own[column]!
      for (let at = column; at <= size; at++) row[at]! -= factor * own[at]!
    }
  }
  return rows.map((row, at) => row[size]! / row[at]!)
}
