import { expect, test } from 'vitest'
import type { StoreConnection, StoreListener } from '../config/config-store.ts'
import type { ConfigStore } from '../store/config-store.ts'
import { MemoryStore, storeContract } from './index.ts'

const { check } = storeContract.find(({ promise }) => promise === 'mail reaches the worker it is for, and no other')!

/** A store whose listener has to connect again while the first letter is on its way: that one comes late. */
function oneLateLetter(changed: (text: string) => string = (text) => text): ConfigStore {
  const inner = new MemoryStore()
  let listener: StoreListener | undefined
  let sent = 0
  const wrapped = (connection: StoreConnection): StoreConnection =>
    Object.assign(Object.create(connection) as StoreConnection, {
      listen(worker: string, heard: StoreListener) {
        if (worker === 'two') listener = heard
        return connection.listen(worker, heard)
      },
      async send(worker: string, text: string) {
        if (worker === 'two' && ++sent === 1) return listener?.onListening()
        // Three belong together: this is the first of those that are sent anew.
        if (sent === 4) listener?.onMessage(changed('first'))
        await connection.send(worker, text)
      },
    })
  return { name: 'late', connect: (namespace) => wrapped(inner.connect(namespace)), sharing: inner.sharing }
}

test('a letter that a reconnection has held up may come beside the one that was sent anew', async () => {
  await check(oneLateLetter())
})

test('one that nobody sent may not', async () => {
  await expect(check(oneLateLetter(() => 'made up'))).rejects.toThrow('made up')
})
