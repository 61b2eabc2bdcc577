import { ENV } from '../lambdas/shared/platform/env.ts';
import type { ExplorerSettings } from '../lambdas/shared/web/explorer-settings.ts';
import type { Config } from './config.ts';
import type { Privacy } from './privacy.ts';
import type { Publish } from './publish.ts';
import type { Render } from './render.ts';
import { signInFor } from './serve.ts';

export interface PseudonymsProps {
  readonly publish: Publish;
  readonly render: Render;
  readonly privacy: Privacy;
  readonly config: Pick<Config, 'stackName' | 'serve' | 'site'>;
  /** Address of the API; undefined if the stack answers no requests. */
  readonly apiUrl: string | undefined;
}

/**
 * Makes the pages say that users have pseudonyms, if ids are keyed, and lets the explorer ask the API for a user by id. It can where
 * people can sign in on it: at a public address (`site`), with the client of the shop page (`serve.shop`).
 */
export function showPseudonyms({ publish, render, privacy, config, apiUrl }: PseudonymsProps): void {
  if (privacy.settings.userIds === 'plain') return;
  privacy.grantMode(render.fn);
  const signIn = explorerSignIn(config);
  const settings: ExplorerSettings = {
    stackName: config.stackName,
    ...(signIn && apiUrl !== undefined && { api: { url: apiUrl, signIn } }),
  };
  publish.fn.addEnvironment(ENV.explorer, JSON.stringify(settings));
}

/**
 * Returns the origins of pages that may call the API: those of the configuration, and that of the site if the explorer asks from there.
 *
 * @param siteOrigin Undefined without a site.
 */
export const callingOrigins = (
  config: Pick<Config, 'privacy' | 'serve' | 'site'>,
  siteOrigin: string | undefined,
): string[] => [
  ...(config.serve ? config.serve.cors : []),
  ...(config.privacy.userIds === 'keyed' && siteOrigin !== undefined && explorerSignIn(config)
    ? [siteOrigin]
    : []),
];

const explorerSignIn = ({ serve, site }: Pick<Config, 'serve' | 'site'>) =>
  serve && site ? signInFor(['explorer'], serve) : undefined;
