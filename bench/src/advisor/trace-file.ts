import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Trace } from './workloads.ts'

/** A file of requests, `second,key` a line in order of time, gzipped or not. */
export function traceOfFile(path: string): Trace {
  const bytes = readFileSync(path)
  const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString()
  const rows = text.split('\n').filter((line) => line !== '')
  const cut = rows.map((line) => [Number(line.slice(0, line.indexOf(','))), line.slice(line.indexOf(',') + 1)] as const)
  return { name: 'trace file', times: Float64Array.from(cut, ([time]) => time * 1_000), keys: cut.map(([, key]) => key) }
}
