/**
 * The number at 15 significant digits, all that a double holds for certain: 0.1 + 0.2 becomes 0.3. Never -0, which JSON would
 * write as 0 and text as "-0".
 */
export function significant(value: number, digits = 15): number {
  return Number(value.toPrecision(digits)) + 0
}
