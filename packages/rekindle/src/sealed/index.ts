export { sealed } from './sealed-store.ts'
export type { KeyOptions, SealedOptions } from './sealed-store.ts'
export type { Secret } from './secret.ts'
