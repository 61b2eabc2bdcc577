import { z } from 'zod';
import { ACCOUNT, REGION } from './emulator.ts';

/**
 * The whole difference between the template that the cloud gets and the one that is deployed here, together with the
 * mapping of the stream: these constructs of the stack, with all that they hold …
 */
export const LEFT_OUT_CONSTRUCTS = ['Network', 'Stream', 'Produce', 'Operations'] as const;
/** … and these types, wherever they stand. */
export const LEFT_OUT_TYPES = ['AWS::EMRServerless::Application'] as const;
/** CDK's Lambda behind the look-up of the brokers; CDK puts it beside our constructs, under this name. */
const LOOK_UP = 'AWS679f53fac002430cb0da5b7982bd2287';

/** What stands for an attribute of a resource that is left out; `Ref` is the attribute "Ref". */
const STAND_INS: Readonly<Record<string, string>> = {
  'AWS::MSK::ServerlessCluster.Arn': `arn:aws:kafka:${REGION}:${ACCOUNT}:cluster/local/local`,
  'AWS::EMRServerless::Application.ApplicationId': 'local',
  'AWS::EMRServerless::Application.Arn': `arn:aws:emr-serverless:${REGION}:${ACCOUNT}:/applications/local`,
  // Outputs name them.
  'AWS::Lambda::Function.Ref': 'local',
  'AWS::CloudWatch::Dashboard.Ref': 'local',
  'AWS::SNS::Topic.Ref': `arn:aws:sns:${REGION}:${ACCOUNT}:local`,
};

const Resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).optional(),
});
const Template = z.looseObject({
  Resources: z.record(z.string(), Resource),
  Outputs: z.record(z.string(), z.unknown()).optional(),
});
export type Template = z.infer<typeof Template>;

/**
 * Leaves the stream, the cluster, their network and the alarms out of a synthesized template, and puts written stand-ins where
 * something refers to them. Nothing else changes.
 *
 * @throws {Error} If something refers to a left out resource in a way that has no stand-in; the message names both.
 */
export function withoutCloudOnly(synthesized: unknown): Template {
  const template = Template.parse(synthesized);
  const leftOut = new Map(
    Object.entries(template.Resources)
      .filter(([id, resource]) => isLeftOut(id, resource))
      .map(([id, { Type }]) => [id, Type]),
  );
  const kept = Object.entries(template.Resources).filter(([id]) => !leftOut.has(id));
  const outputs = Object.entries(template.Outputs ?? {});
  return {
    ...template,
    ...(template.Outputs === undefined
      ? {}
      : {
          Outputs: Object.fromEntries(
            outputs.map(([name, output]) => [name, replaced(output, `output ${name}`, leftOut)]),
          ),
        }),
    Resources: Object.fromEntries(
      kept.map(([id, resource]) => [id, Resource.parse(replaced(resource, id, leftOut))]),
    ),
  };
}

/** The event source mapping of the stream goes with it; those of the queues stay. */
export function isLeftOut(
  id: string,
  {
    Type,
    Properties,
  }: { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> | undefined },
): boolean {
  const isKafkaMapping = Type === 'AWS::Lambda::EventSourceMapping' && Properties?.Topics !== undefined;
  return (
    isKafkaMapping ||
    LEFT_OUT_TYPES.some((type) => type === Type) ||
    [...LEFT_OUT_CONSTRUCTS, LOOK_UP].some((construct) => id.startsWith(construct))
  );
}

function replaced(value: unknown, where: string, leftOut: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => replaced(item, where, leftOut));
  if (typeof value !== 'object' || value === null) return value;
  const reference = referenceOf(value);
  const type = reference && leftOut.get(reference.id);
  if (reference && type) {
    const standIn = STAND_INS[`${type}.${reference.attribute}`];
    if (standIn === undefined)
      throw new Error(
        `Cannot leave out ${reference.id} (${type}): ${where} needs its ${reference.attribute}, which has no stand-in`,
      );
    return standIn;
  }
  if ('Fn::Sub' in value) refuseNames(value['Fn::Sub'], where, leftOut);
  const entries = Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
    if (name !== 'DependsOn') return [[name, replaced(inner, where, leftOut)]];
    if (Array.isArray(inner)) return [[name, inner.filter((id) => !leftOut.has(id))]];
    return typeof inner === 'string' && leftOut.has(inner) ? [] : [[name, inner]];
  });
  return Object.fromEntries(entries);
}

/** Names inside a text have no stand-in; CDK writes `Fn::Join` instead. */
function refuseNames(text: unknown, where: string, leftOut: ReadonlyMap<string, string>): void {
  for (const [, id = ''] of String(Array.isArray(text) ? text[0] : text).matchAll(/\$\{(\w+)[.}]/g))
    if (leftOut.has(id))
      throw new Error(
        `Cannot leave out ${id} (${leftOut.get(id)}): ${where} names it in Fn::Sub, which has no stand-in`,
      );
}

function referenceOf(value: object): { id: string; attribute: string } | undefined {
  if ('Ref' in value && typeof value.Ref === 'string') return { id: value.Ref, attribute: 'Ref' };
  if (!('Fn::GetAtt' in value) || !Array.isArray(value['Fn::GetAtt'])) return undefined;
  const [id, attribute] = value['Fn::GetAtt'].map(String);
  return id === undefined || attribute === undefined ? undefined : { id, attribute };
}
