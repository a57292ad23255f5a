import { type FleetAdvice, getAdvice } from '../api/advice.ts'
import { Poll } from '../state/poll.ts'

/** The server works it out once a minute. */
export const advicePoll: Poll<FleetAdvice> = new Poll(getAdvice, 30_000)
