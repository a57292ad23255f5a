/** `rekindle/testing`: the contract of stores, a store to break, and a clock that tests move. */

export { ManualClock, settle } from './manual-clock.ts'
export { MemoryNamespace, MemoryStore } from './memory-store.ts'
export { storeContract } from './store-contract.ts'
export type { ContractCase } from './contract-case.ts'
