import { z } from 'zod'

/** What can be a person's id: it is kept, compared and shown. Ids of services are given by this server alone. */
export const userIdSchema = z
  .string()
  .min(1)
  .max(200)
  .refine((id) => !/\p{C}/u.test(id) && id.trim() === id, 'A user id is one line of text.')
  .refine((id) => !id.startsWith('service:'), 'This is how the ids of services begin.')
