import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Calls something outside of the request that sets it off. What goes on for as long as the process does is no part of that request:
 * its trace would never end, nor what else the application keeps for it. (Outside is where this module was first imported: an application
 * that imports it in the middle of a request has that one for ever.)
 */
export const outsideOfRequests: (call: () => void) => void = AsyncLocalStorage.snapshot()
