import * as ai from 'ai'

/** `ai` 7 or later; 6 is the other that this adapter knows. Told by what is there, since a bundle has no package.json. */
export const isAi7: boolean = 'isStepCount' in ai
