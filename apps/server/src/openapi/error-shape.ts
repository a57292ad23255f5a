import { z } from 'zod'

/** How every refusal and failure leaves the server: `Problem` of problem.ts, without its status. */
export const errorShape = z.object({
  error: z.object({
    code: z.string().describe('Stable, for programs.'),
    message: z.string().describe('For people.'),
    path: z.string().optional().describe('The field of the request that is wrong.'),
    currentVersion: z.int().optional().describe('With version-conflict: the version that is current.'),
    usedBy: z.array(z.string()).optional().describe('With in-use: the ids of agents, not all of them if they are many.'),
    developmentLogin: z.boolean().optional().describe('With unauthorized: a name is enough to sign in here.'),
  }),
})

/** When a reply has this status. */
export const errorMeanings: Readonly<Record<number, string>> = {
  400: 'The request is not as it should be; `path` names the field.',
  401: 'Nobody has signed in, or not any more.',
  403: 'This is not for everybody, or it came from a page of another site.',
  404: 'There is no such thing, or it is not yours.',
  409: 'It is not in the state for this: see `code`.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  426: 'This is a WebSocket.',
  429: 'Too much at once; see `retry-after`.',
  500: 'The server failed; its log says why.',
  503: 'Not at the moment; see `retry-after`.',
  504: 'Preparing the agent took too long.',
}
