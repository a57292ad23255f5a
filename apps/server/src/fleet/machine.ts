/** Whether two workers are processes of one machine (or of one container): by their names, `host:pid:place:random`. */
export function areOnOneMachine(worker: string, other: string): boolean {
  const machine = machineOf(worker)
  return machine !== undefined && machine === machineOf(other)
}

/** A host may be another's by name: the place tells them apart. */
function machineOf(worker: string): string | undefined {
  const [, host, place] = /^(.*):\d+:([^:]*):[^:]*$/.exec(worker) ?? []
  return host === undefined ? undefined : `${host}:${place}`
}
