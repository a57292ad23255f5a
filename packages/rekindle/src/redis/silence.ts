/**
 * Calls `onSilence` unless the returned function is called within `ms`. After the process was busy, timers run before what has
 * arrived is read: that has its chance first.
 */
export function unlessHeard(ms: number, onSilence: () => void): () => void {
  let heard = false
  const timer = setTimeout(() => setImmediate(() => heard || onSilence()), ms)
  timer.unref()
  return () => {
    heard = true
    clearTimeout(timer)
  }
}
