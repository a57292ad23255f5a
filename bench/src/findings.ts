/** A measurement that finds more than one figure, for rows that are told of it one after the other. */
export interface Findings<Finding> {
  /** For the first row: measures, and tells one figure. */
  measure(figure: (finding: Finding) => number): () => Promise<number>
  /** For others, of the same table or one after it: another figure of what has been measured, round by round. */
  recall(figure: (finding: Finding) => number): () => number
}

export function findingsOf<Finding>(measure: () => Promise<Finding>): Findings<Finding> {
  const found: Finding[] = []
  return {
    measure: (figure) => async () => {
      const finding = await measure()
      found.push(finding)
      return figure(finding)
    },
    recall: (figure) => {
      let round = 0
      return () => figure(found[round++]!)
    },
  }
}
