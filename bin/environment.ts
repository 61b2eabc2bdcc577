import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The context key that names an environment: `cdk deploy -c environment=production`. */
export const ENVIRONMENT_CONTEXT = 'environment';

const FOLDER = join(import.meta.dirname, '..', 'environments');

/** A file `environments/NAME.json`: where a stack is deployed, and its configuration. */
const Environment = z.strictObject({
  account: z.string().regex(/^\d{12}$/, 'should be the 12 digits of an account'),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'should be a region such as eu-west-1'),
  /** The configuration that `lib/config.ts` documents. */
  cartograph: z.unknown(),
});
export type Environment = z.infer<typeof Environment>;

/**
 * Reads the file of an environment. With an account and a region CDK refuses credentials of another account.
 *
 * @param folder Only tests pass one.
 * @throws {Error} If there is no such file (the message lists those that exist), or it is invalid.
 */
export function readEnvironmentFile(name: string, folder = FOLDER): Environment {
  const path = join(folder, `${name}.json`);
  if (!/^[A-Za-z0-9_-]+$/.test(name) || !existsSync(path)) {
    const names = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];
    const known = names.map((file) => file.replace(/\.json$/, '')).join(', ') || 'none';
    throw new Error(
      `Cannot use environment ${name}: there is no environments/${name}.json; there are: ${known}`,
    );
  }
  const result = Environment.safeParse(parse(path));
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path: keys, message }) => `${keys.join('.')}: ${message}`);
  throw new Error(`Cannot use environment ${name}: ${problems.join('; ')}`);
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`Cannot read ${path}: it is not JSON`, { cause });
  }
}
