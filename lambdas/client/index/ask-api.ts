import { ApiError, type Client } from '../../shared/client/client.ts';
import { type AskUser, CannotAsk } from './ask-user.ts';

/**
 * Makes a function that asks an API.
 *
 * @param refused Returns what to say if the API is not there (404) or does not accept the caller (401).
 */
export const askApi =
  (client: Pick<Client, 'explorer'>, refused: (status: 401 | 404) => CannotAsk): AskUser =>
  async (user) => {
    try {
      const { user: key, run, names, ...value } = await client.explorer({ user });
      return {
        run: run.run,
        row: { key, value, names: new Map(names.map(({ product, name }) => [product, name])) },
      };
    } catch (error) {
      if (!(error instanceof ApiError))
        throw new CannotAsk('The API did not answer. Try again.', { cause: error });
      const { status, problem } = error;
      if (problem?.type === 'urn:cartograph:problem:unknown-user') return undefined;
      if (status === 401 || status === 404) throw refused(status);
      throw new CannotAsk(`The API did not answer: ${problem?.detail ?? `status ${status}`}.`, {
        cause: error,
      });
    }
  };
