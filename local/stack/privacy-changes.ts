import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

const Template = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })).default({}),
});
type Template = z.infer<typeof Template>;

/**
 * The properties that give the secret another value, or make another secret.
 *
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
 */
const FIXED = ['Name', 'SecretString', 'GenerateSecretString'];

/**
 * Compares how the deployed template of a stack and the one that is about to be deployed store ids of people.
 *
 * @returns A sentence for each change that would make new sales unlike the stored ones: another `privacy.userIds`, and another
 *   secret, also in plain mode, because forgotten users are recognised with it; empty if there is none.
 */
export function findPrivacyChanges(deployed: unknown, next: unknown): string[] {
  const [before, after] = [Template.parse(deployed), Template.parse(next)];
  const [modeBefore, modeAfter] = [userIdsOf(before), userIdsOf(after)];
  const secrets = Object.entries(before.Resources).filter(([, { Type }]) => Type === SECRET);
  return [
    ...(modeBefore === modeAfter
      ? []
      : [`privacy.userIds would change from "${modeBefore}" to "${modeAfter}"`]),
    ...secretChange(before.Outputs.PersonSecret?.Value, after.Outputs.PersonSecret?.Value),
    ...secrets.flatMap(([id, { Properties }]) => {
      const now = after.Resources[id];
      if (now?.Type !== SECRET) return [`the secret of personal ids (${id}) would be removed`];
      const changed = FIXED.filter((name) => !isDeepStrictEqual(Properties[name], now.Properties[name]));
      return changed.length === 0
        ? []
        : [
            `the secret of personal ids (${id}) would get another value, because ${changed.join(' and ')} changes`,
          ];
    }),
  ];
}

const SECRET = 'AWS::SecretsManager::Secret';

/** Compares ARNs. A secret of the stack itself has none in the template; whether it is removed shows in the resources. */
function secretChange(before: unknown, after: unknown): string[] {
  if (typeof before !== 'string' || before === after) return [];
  const next = typeof after === 'string' ? after : 'a new one';
  return [`the secret of personal ids would change from ${before} to ${next}`];
}

/** Stacks of version 0.2 and earlier have no such output, and plain ids. */
const userIdsOf = ({ Outputs }: Template): unknown => Outputs.UserIds?.Value ?? 'plain';
