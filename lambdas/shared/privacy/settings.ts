import * as z from 'zod';

/** The settings for ids of people and personal data. */
export const Privacy = z.strictObject({
  /**
   * `keyed` stores pseudonyms in place of ids of users, orders and sales. `plain` stores the ids as they came, for shops whose ids
   * are pseudonyms already. It cannot be changed once the bucket has sales.
   */
  userIds: z.enum(['plain', 'keyed']).default('plain'),
  /**
   * Rejects sales whose ids, type or product name look like an e-mail address, a phone number or a card number, and keeps rejected
   * records only with these parts masked. Of keyed ids only the product's can be a reason, because the others are not stored.
   */
  refusePersonal: z.boolean().default(false),
});
export type Privacy = z.infer<typeof Privacy>;

/** Ids are stored as they came; what looks personal is counted. */
export const PLAIN_PRIVACY: Privacy = Privacy.parse({});
