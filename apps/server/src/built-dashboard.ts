import { fileURLToPath } from 'node:url'

/** Where the dashboard is when it was built beside this server. Seen from `src` as from `dist`, which holds all modules in one folder. */
export const builtDashboard = fileURLToPath(new URL('../../dashboard/dist', import.meta.url))
