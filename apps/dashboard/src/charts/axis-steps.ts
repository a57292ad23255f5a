const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Spans that people think in. */
const spans = [
  second,
  5 * second,
  15 * second,
  minute,
  5 * minute,
  15 * minute,
  hour,
  4 * hour,
  12 * hour,
  day,
  3 * day,
  7 * day,
  30 * day,
]

/** Where to put labels on an axis of spans in milliseconds whose each step is a multiple of the one before. */
export function spanSteps(from: number, to: number): number[] {
  return spans.filter((span) => span >= from * 0.999 && span <= to * 1.001)
}

/** 1, 2 and 5 of each power of ten: for an axis of counts. */
export function countSteps(from: number, to: number): number[] {
  const steps: number[] = []
  for (let power = 10 ** Math.floor(Math.log10(Math.max(1, from))); power <= to; power *= 10) {
    for (const step of [power, 2 * power, 5 * power]) if (step >= from * 0.999 && step <= to * 1.001) steps.push(step)
  }
  return steps
}
