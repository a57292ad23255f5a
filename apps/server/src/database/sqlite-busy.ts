/** Whether SQLite refuses because somebody else has the lock that this needs. */
export function isBusy(error: unknown): boolean {
  const busy = 5
  // The low byte is the error; the rest says which kind of it.
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === busy
}
