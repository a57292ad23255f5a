/** The one of `words` that somebody who typed `word` most likely meant; `undefined`: none of them. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  if (word.length < 2) return undefined
  const ranked = words.map((each) => ({ each, steps: each.startsWith(word) ? 0 : distance(word, each) }))
  const [best] = ranked.sort((one, other) => one.steps - other.steps)
  return best !== undefined && best.steps <= Math.max(1, Math.floor(best.each.length / 3)) ? best.each : undefined
}

/** Letters to be added, left out or exchanged to make one word from the other (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const exchanged = row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1)
      next.push(Math.min(exchanged, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[other.length]!
}
