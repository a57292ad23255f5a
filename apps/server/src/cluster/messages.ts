/** What a worker tells the primary. */
export type WorkerMessage =
  | { readonly type: 'ready'; readonly storeAnswers: boolean }
  /** It cannot start, and goes. `hopeless`: another worker would fail in the same way. */
  | { readonly type: 'failed'; readonly message: string; readonly hopeless: boolean }

/** What the primary tells a worker: finish what is running, then go. */
export type PrimaryMessage = { readonly type: 'drain' }

/** Does nothing when the primary is gone: then there is nobody to tell. */
export function tellPrimary(message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) return resolve()
    process.send(message, undefined, undefined, () => resolve())
  })
}
