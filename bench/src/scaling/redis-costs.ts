/**
 * What Redis's one thread spends, in µs of processor time. The constants were measured by `calibration.ts` on the machine of
 * `docs/scaling.md` (Redis 7.0.15 on loopback, where sending includes what the receiving kernel does): from `INFO cpu` before and after some
 * thousand commands of one kind, on 64 connections that wait for each reply. Sent sixteen at a time they share what reading and
 * answering takes; the difference tells that from carrying them out.
 */
export interface RedisCosts {
  /** Once for all that it does between one look for what has arrived and the next: under load, that is much. */
  readonly turn: number
  /** To read what a connection has sent, and to answer it, once for all that came together. */
  readonly exchange: number
  readonly ping: number
  /** A read of the clock with one pointer, or of one config. */
  readonly mget: number
  readonly set: number
  /** For each KB of a value, in or out. */
  readonly perKb: number
  /** `sync.lua` without a report, with one, and for each target that it returns. */
  readonly look: number
  readonly sync: number
  readonly perTarget: number
  /** `sync.lua` without a report, should it not ask for the replication id. */
  readonly plainLook: number
  readonly invalidate: number
  readonly claim: number
  readonly release: number
  readonly workers: number
  readonly perWorker: number
  readonly publish: number
  /** To put a message into the buffer of a subscriber. */
  readonly append: number
  /** To send a subscriber what is in its buffer. */
  readonly deliver: number
  /** A connection accepted, greeted and set up. */
  readonly connect: number
}

export const redisCosts: RedisCosts = {
  turn: 10,
  exchange: 19,
  ping: 0.5,
  mget: 1.3,
  set: 2.2,
  perKb: 0.4,
  look: 23,
  sync: 36,
  perTarget: 1.3,
  plainLook: 17,
  invalidate: 45,
  claim: 11,
  release: 6,
  workers: 23,
  perWorker: 1.2,
  publish: 1.5,
  append: 0.6,
  deliver: 9.5,
  connect: 150,
}
