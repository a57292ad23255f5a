/** Values one above the other: each list with those before it added. What comes first lies at the bottom. */
export function stacked(lists: readonly (readonly (number | null)[])[]): number[][] {
  const heights: number[] = []
  return lists.map((list) =>
    list.map((value, index) => {
      heights[index] = (heights[index] ?? 0) + (value ?? 0)
      return heights[index]
    }),
  )
}
