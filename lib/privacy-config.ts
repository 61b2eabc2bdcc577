import type { z } from 'zod';
import { Privacy } from '../lambdas/shared/privacy/settings.ts';
import { arn } from './config-values.ts';

/** The settings for ids of people, and for personal data in sales. */
export const PrivacyConfig = Privacy.extend({
  /**
   * The secret that an earlier stack left, to continue with the bucket in `lake.bucketName`: its pseudonyms, and the hashes
   * of forgotten users, belong to this secret. The complete ARN, with the six characters at its end. It is not deleted with the
   * stack.
   */
  secretArn: arn('secretsmanager', 'the secret')
    .regex(/:secret:.+-[A-Za-z0-9]{6}$/, 'should be the complete ARN, with the six characters at its end')
    .optional(),
});
export type PrivacyConfig = z.infer<typeof PrivacyConfig>;
