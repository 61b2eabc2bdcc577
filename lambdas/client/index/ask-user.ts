import type { Row } from '../../shared/web/block-table.ts';
import type { UserPage } from './bucket.ts';

/** The entry of a user, under the id that was asked for. */
export interface AskedUser {
  /** The run that the entry is of. */
  readonly run: number;
  readonly row: Row<UserPage>;
}

/**
 * Asks for a user by the id in the shop, where the files of a run have pseudonyms.
 *
 * @returns undefined if the served run does not know the user.
 * @throws {CannotAsk} If the API cannot be asked, or does not answer.
 */
export type AskUser = (user: string) => Promise<AskedUser | undefined>;

/** A user cannot be asked for. The message says why and what to do, in sentences for the reader of the page. */
export class CannotAsk extends Error {
  override readonly name = 'CannotAsk';
  /** Goes to the issuer. Returns the reason as a sentence if it cannot, otherwise undefined. Absent if signing in does not help. */
  readonly signIn: (() => Promise<string | undefined>) | undefined;

  constructor(
    message: string,
    { signIn, cause }: { readonly signIn?: CannotAsk['signIn']; readonly cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.signIn = signIn;
  }
}

/** A text that may be a pseudonym; a user of the shop may have such an id too. */
export const isLikePseudonym = (text: string): boolean => /^[A-Z2-7]{26}$/.test(text);
