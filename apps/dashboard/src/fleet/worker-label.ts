/** `host:pid` of a worker's name, whose other parts are for machines. */
export function workerLabel(worker: string): string {
  const [, host, pid] = /^(.*):(\d+):[^:]*:[^:]*$/.exec(worker) ?? []
  return host === undefined ? worker : `${host}:${pid}`
}
