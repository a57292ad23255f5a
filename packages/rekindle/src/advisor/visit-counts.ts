import { visitBlocksMs } from '../watch/watcher.ts'

/** A power of two: 0.92 % is the standard error of a count then. */
const registers = 8_192
const registerBits = 13
/** Of what is left of a hash of 31 bits, the leading zeros and one more: from 1 to 19. */
const leadingBits = 32 - (31 - registerBits) - 1

/** How far a count is off, as a part of it: its standard error. */
export const visitError: number = Math.sqrt(Math.LN2 / registers)

/**
 * How many keys were asked for in each block of time, all blocks so far together, for blocks of several lengths: the last one has no end, so that
 * is how many keys there are. In 8 KiB for each length, however many keys (HyperLogLog: Flajolet et al., 2007), and counted as registers
 * are raised (Cohen, KDD '14; Ting, KDD '14), which is more exact and needs no estimate at the end.
 */
export class VisitCounts {
  readonly #blocks = visitBlocksMs.map((lengthMs) => new Block(lengthMs))
  /** Of the shortest block. */
  readonly #registers = this.#blocks[0]!.registers
  #end = -Infinity

  see(hash: number, now: number): void {
    if (now >= this.#end) this.#begin(now)
    const register = hash & (registers - 1)
    const rank = Math.clz32(hash >>> registerBits) - leadingBits
    // Each block lies within the next longer one, so what is nothing new there is nothing new here.
    if (this.#registers[register]! < rank) this.#raise(register, rank)
  }

  get totals(): number[] {
    return this.#blocks.map(({ total }) => total)
  }

  #raise(register: number, rank: number): void {
    for (const block of this.#blocks) if (!block.raise(register, rank)) return
  }

  #begin(now: number): void {
    for (const block of this.#blocks) if (now >= block.end) block.begin(now)
    this.#end = this.#blocks[0]!.end
  }
}

class Block {
  readonly registers = new Uint8Array(registers)
  /** Wall clock, ms. */
  end = -Infinity
  total = 0
  readonly #lengthMs: number
  /** Of 2 ** -rank over all registers: of so many keys in `registers`, a new one raises one. */
  #open = registers

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs
  }

  raise(register: number, rank: number): boolean {
    const before = this.registers[register]!
    if (before >= rank) return false
    this.total += registers / this.#open
    this.#open -= 2 ** -before - 2 ** -rank
    this.registers[register] = rank
    return true
  }

  begin(now: number): void {
    this.end = this.#lengthMs === Infinity ? Infinity : (Math.floor(now / this.#lengthMs) + 1) * this.#lengthMs
    this.registers.fill(0)
    this.#open = registers
  }
}
