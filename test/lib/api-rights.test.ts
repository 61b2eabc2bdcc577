import { expect, test } from 'vitest';
import { z } from 'zod';
import { KINDS, type Kind } from '../cloud/kinds.ts';
import { synthesize } from './synthesize.ts';

/** What the functions that the API calls may do, in every kind of deployment: none of them may replace or delete an object. */

const Statement = z.object({
  Sid: z.string().optional(),
  Effect: z.string(),
  Action: z.union([z.string(), z.array(z.string())]).transform((actions) => [actions].flat()),
  Resource: z.unknown(),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});
type Statement = z.infer<typeof Statement>;
const Resources = z.record(
  z.string(),
  z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
);
type Resources = z.infer<typeof Resources>;

const ofType = (resources: Resources, type: string) =>
  Object.entries(resources).filter(([, { Type }]) => Type === type);
/** The logical ids in a value, such as `{ "Fn::GetAtt": ["ServeFunction", "Arn"] }`. */
const idsIn = (value: unknown, resources: Resources): string[] =>
  [...JSON.stringify(value).matchAll(/"(\w+)"/g)].flatMap(([, id = '']) => (id in resources ? [id] : []));

/** The functions that something outside the stack may call: of a route, by a permission of the gateway, or by an address. */
function publicFunctions(resources: Resources): string[] {
  const callers = [
    ...ofType(resources, 'AWS::ApiGatewayV2::Integration').map(
      ([, { Properties }]) => Properties.IntegrationUri,
    ),
    ...ofType(resources, 'AWS::Lambda::Permission')
      .filter(([, { Properties }]) => JSON.stringify(Properties.Principal).includes('apigateway'))
      .map(([, { Properties }]) => Properties.FunctionName),
    ...ofType(resources, 'AWS::Lambda::Url').map(([, { Properties }]) => Properties.TargetFunctionArn),
  ];
  return [
    ...new Set(
      callers
        .flatMap((value) => idsIn(value, resources))
        // An alias names its function.
        .flatMap((id) =>
          resources[id]?.Type === 'AWS::Lambda::Alias'
            ? idsIn(resources[id]?.Properties.FunctionName, resources)
            : [id],
        ),
    ),
  ].sort();
}

function statementsOf(fn: string, resources: Resources): Statement[] {
  const [role = ''] = idsIn(resources[fn]?.Properties.Role, resources);
  expect(resources[role]?.Type, fn).toBe('AWS::IAM::Role');
  return ofType(resources, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) => idsIn(Properties.Roles, resources).includes(role))
    .flatMap(([, { Properties }]) => statementsIn(Properties.PolicyDocument));
}

const statementsIn = (document: unknown): Statement[] =>
  z.object({ Statement: z.array(Statement) }).parse(document).Statement;

/** The keys of the bucket in the resources of a statement, as patterns. */
const keysOf = ({ Resource }: Statement): string[] =>
  [Resource]
    .flat()
    .map((arn) => /"(?::s3:::[^"/]+)?\/([^"]*)"/.exec(JSON.stringify(arn))?.[1] ?? JSON.stringify(arn));

/** The patterns of keys that no role, without exception, may write without `If-None-Match`. */
const writtenOnce = (resources: Resources): string[] =>
  ofType(resources, 'AWS::S3::BucketPolicy')
    .flatMap(([, { Properties }]) => statementsIn(Properties.PolicyDocument))
    .filter(
      ({ Effect, Condition: { Null = {}, ArnNotEquals, ArnEquals } }) =>
        Effect === 'Deny' &&
        JSON.stringify(Null) === '{"s3:if-none-match":"true"}' &&
        ArnNotEquals === undefined &&
        ArnEquals === undefined,
    )
    .flatMap(keysOf);

const covers = (pattern: string, key: string): boolean =>
  pattern === key || (pattern.endsWith('*') && key.startsWith(pattern.slice(0, -1)));

const S3 = ['s3:GetObject', 's3:ListBucket', 's3:PutObject'];
/** By these a function could do what another one may. */
const OTHERS = /^(\*|lambda:|iam:|sts:|states:|sqs:|events:)/;

test.each(Object.keys(KINDS) as Kind[])(
  '%s: no function of the API may replace or delete an object',
  (kind) => {
    const resources = Resources.parse(synthesize(KINDS[kind]).toJSON().Resources);
    const functions = publicFunctions(resources);
    const hasApi = ofType(resources, 'AWS::ApiGatewayV2::Api').length > 0;
    expect(functions.length > 0).toBe(hasApi);
    const once = writtenOnce(resources);
    for (const fn of functions)
      for (const statement of statementsOf(fn, resources)) {
        for (const action of statement.Action) {
          expect(action, fn).not.toMatch(OTHERS);
          if (action.startsWith('s3')) expect(S3, fn).toContain(action);
        }
        if (!statement.Action.includes('s3:PutObject')) continue;
        for (const key of keysOf(statement))
          expect(
            once.filter((pattern) => covers(pattern, key)),
            `${fn} ${key}`,
          ).not.toEqual([]);
      }
  },
);
