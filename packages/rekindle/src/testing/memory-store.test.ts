import { describe, test } from 'vitest'
import { MemoryStore, storeContract } from './index.ts'

describe('MemoryStore keeps the contract of stores', () => {
  const store = new MemoryStore()
  for (const { promise, check } of storeContract) test(promise, () => check(store))
})
