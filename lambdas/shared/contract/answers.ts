import * as z from 'zod';

/** The answer of train to `{"retry":N}`, and of publish to `{"rollback":N}`. */
export const RequestAnswer = z.strictObject({
  /** Whether the request was carried out. */
  done: z.boolean(),
  /** What was done, or why it could not be done; a sentence without a full stop. */
  message: z.string(),
});
export type RequestAnswer = z.infer<typeof RequestAnswer>;
