/** One row of a table: something measured once per round. */
export interface Contestant {
  readonly name: string
  /** Measures once, in the unit of the table. */
  readonly round: () => number | Promise<number>
}

/**
 * What Rekindle is to reach: the ratio of two rows or, without `to`, the figure of one, in the unit of the table; or by how much one
 * may be above the other, in that unit.
 */
export interface Target {
  readonly of: string
  readonly to?: string
  readonly atMost?: number
  readonly atMostMore?: number
  readonly atLeast?: number
}

export interface Comparison {
  readonly title: string
  /** Without warm-up. For what takes seconds, or comes out the same every time; others have as many as the scale says. */
  readonly rounds?: number
  readonly unit: 'ns' | 'µs' | 'ms' | 'per second' | 'builds' | 'commands' | 'bytes'
  /** Ratios are to this row. */
  readonly baseline: string
  readonly contestants: readonly Contestant[]
  readonly targets: readonly Target[]
  /** What a reader must know to judge the figures. */
  readonly notes: readonly string[]
}

export interface Scale {
  /** How many times each contestant is measured in one process. */
  readonly rounds: number
  /** In how many processes: how code is optimised and laid out differs from one to the next. */
  readonly processes: number
  /** How long one batch of a nanosecond-scale measurement takes, about. */
  readonly batchMs: number
}

/** On a target. */
export interface Verdict {
  readonly met: boolean
  readonly text: string
}

/** How figures grow with something: drawn as lines, over a logarithmic scale. */
export interface Curve {
  /** What grows, with its unit: "keys", "KB of config". */
  readonly of: string
  readonly unit: string
  /** A point has all that was measured there, round by round; it is drawn at the median. */
  readonly lines: readonly {
    readonly name: string
    readonly points: readonly { readonly x: number; readonly values: readonly number[] }[]
  }[]
}

/** What one figure per round cannot say: a table in words. */
export interface Grid {
  readonly title: string
  /** The first line is the header, the first column says what a line is about. */
  readonly table: readonly (readonly string[])[]
  readonly notes: readonly string[]
  readonly targets: readonly Verdict[]
  /** The figures behind the words. */
  readonly figures: unknown
  /** If they are a curve. */
  readonly curve?: Curve
}

/** Comparisons of one subject, run in a process of their own. */
export interface Benchmark {
  readonly needsRedis: boolean
  /** Makes what is to be measured. `end` releases it. */
  prepare(context: {
    readonly scale: Scale
    readonly redisPort: number | undefined
    /** A file of requests, `second,key` a line, gzipped or not. */
    readonly trace?: string | undefined
  }): Promise<{
    readonly comparisons: readonly Comparison[]
    readonly grids?: readonly (() => Promise<Grid>)[]
    readonly end: () => Promise<void>
  }>
}

/** A comparison when it has been run: the values of each row, round by round. */
export interface Measured extends Omit<Comparison, 'contestants'> {
  readonly rows: readonly { readonly name: string; readonly values: readonly number[] }[]
}

/** A benchmark when it has been run. */
export interface Result {
  readonly comparisons: readonly Measured[]
  readonly grids: readonly Grid[]
}
