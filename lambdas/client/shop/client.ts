import { type Client, createClient } from '../../shared/client/client.ts';
import type { AnswerOf } from '../../shared/contract/api/operation.ts';

export { ApiError } from '../../shared/client/client.ts';
export type { Client };

export type Answer = AnswerOf<'recommendations'>;
export type History = AnswerOf<'history'>;
export type ListKind = Answer['list'];
export const LISTS: readonly ListKind[] = ['any', 'new'];

/** Nobody answered a request. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export interface ShopClientOptions {
  /** Called for each request; undefined where there is no sign-in. */
  readonly accessToken: () => string | undefined;
  /** Called when the API does not accept the token, or no longer. */
  readonly onSignedOut: () => void;
}

/** Creates the client of the API at the address of the page. */
export const shopClient = ({ accessToken, onSignedOut }: ShopClientOptions): Client =>
  createClient({
    baseUrl: '',
    headers: (): Record<string, string> => {
      const token = accessToken();
      return token === undefined ? {} : { authorization: `Bearer ${token}` };
    },
    fetch: async (url, init) => {
      const response = await fetch(url, init).catch((cause: unknown) => {
        throw new Unreachable('The API does not answer', { cause });
      });
      if (response.status === 401) onSignedOut();
      return response;
    },
  });
