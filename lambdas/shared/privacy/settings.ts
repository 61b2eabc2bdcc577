import * as z from 'zod';

/** How ids of people and personal data are stored. */
export const Privacy = z.strictObject({
  /**
   * `keyed` stores pseudonyms in place of ids of users, orders and sales. `plain` stores the ids as they came, for shops whose ids
   * are pseudonyms already. It cannot be changed once the bucket has sales.
   */
  userIds: z.enum(['plain', 'keyed']).default('plain'),
  /** Rejects sales whose ids or product name look like an e-mail address, a phone number or a card number. */
  refusePersonal: z.boolean().default(false),
});
export type Privacy = z.infer<typeof Privacy>;
