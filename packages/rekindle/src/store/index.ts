export { sharing } from './sharing.ts'
export type { Sharing } from './sharing.ts'
export type { ConfigStore } from './config-store.ts'
