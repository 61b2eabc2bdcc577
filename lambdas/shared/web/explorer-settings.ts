import * as z from 'zod';
import { SignInSettings } from './shop-settings.ts';

/**
 * What the explorer needs to know where the files of a run have pseudonyms in place of the ids of users. Where they have the ids,
 * there are no settings.
 */
export const ExplorerSettings = z.strictObject({
  /** Name of the stack, for commands that the page suggests. */
  stackName: z.string().min(1),
  /** Address at which a page asks for a user, and the sign-in; absent if people cannot sign in on a page. */
  api: z
    .strictObject({
      /** Address of the API, without `/v1`. */
      url: z.string().regex(/^https:\/\/[^/\s]+$/),
      signIn: SignInSettings,
    })
    .optional(),
});
export type ExplorerSettings = z.infer<typeof ExplorerSettings>;
