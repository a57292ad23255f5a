/** `rekindle/sealed`: a store whose entries can be neither read nor forged by those who can reach it. */

export { sealed } from './sealed-store.ts'
export type { SealingKey, SealedOptions } from './sealed-store.ts'
export type { Secret } from './secret.ts'
