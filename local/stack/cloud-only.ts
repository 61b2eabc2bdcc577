import { z } from 'zod';
import { ACCOUNT, REGION } from './emulator.ts';

/**
 * Constructs of the stack that the local deployment leaves out, with everything inside them. Together with
 * `LEFT_OUT_TYPES` and the stream's event source mappings, they are the whole difference from the cloud's template.
 *
 * The API and the three Lambdas that it calls are left out because not every emulator has HTTP APIs: `local/api` serves the
 * same routes with the same code, in the process of `npm start`. remember and its table stay; the local poller invokes it.
 */
export const LEFT_OUT_CONSTRUCTS = [
  'Network',
  'Stream',
  'Produce',
  'Operations',
  'Serve',
  'Collect',
  'Catalogue',
  'Api',
] as const;
/** Resource types that the local deployment leaves out, in any construct. */
export const LEFT_OUT_TYPES = ['AWS::EMRServerless::Application'] as const;
/** The Lambda that CDK adds to look up the brokers. CDK puts it outside of our constructs, under this fixed id. */
const LOOK_UP = 'AWS679f53fac002430cb0da5b7982bd2287';

/** Values that replace attributes of left-out resources, by TYPE.ATTRIBUTE; a `Ref` counts as the attribute "Ref". */
const STAND_INS: Readonly<Record<string, string>> = {
  'AWS::MSK::ServerlessCluster.Arn': `arn:aws:kafka:${REGION}:${ACCOUNT}:cluster/local/local`,
  'AWS::EMRServerless::Application.ApplicationId': 'local',
  'AWS::EMRServerless::Application.Arn': `arn:aws:emr-serverless:${REGION}:${ACCOUNT}:/applications/local`,
  // train measures the Lambdas by these logs, and forget searches them; here there are none.
  'AWS::Logs::LogGroup.Arn': `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:local:*`,
  'AWS::Logs::LogGroup.Ref': 'local',
  // The stack's outputs refer to these.
  'AWS::Lambda::Function.Ref': 'local',
  'AWS::ApiGatewayV2::Api.ApiEndpoint': 'local',
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
 * Removes the stream, the EMR Serverless application, their network and the alarms from a synthesized template, and
 * replaces references to them with fixed stand-ins. Everything else stays the same.
 *
 * @throws {Error} If a reference to a left-out resource has no stand-in; the message names the resource and the place.
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
            outputs.map(([name, output]) => [name, replaceReferences(output, `output ${name}`, leftOut)]),
          ),
        }),
    Resources: Object.fromEntries(
      kept.map(([id, resource]) => [id, Resource.parse(replaceReferences(resource, id, leftOut))]),
    ),
  };
}

/** Returns true for a resource that only the cloud has. The stream's event source mappings are; the queues' are not. */
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

function replaceReferences(value: unknown, place: string, leftOut: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => replaceReferences(item, place, leftOut));
  if (typeof value !== 'object' || value === null) return value;
  const reference = referenceOf(value);
  const type = reference && leftOut.get(reference.id);
  if (reference && type) {
    const standIn = STAND_INS[`${type}.${reference.attribute}`];
    if (standIn === undefined)
      throw new Error(
        `Cannot leave out ${reference.id} (${type}): ${place} needs its ${reference.attribute}, which has no stand-in`,
      );
    return standIn;
  }
  if ('Fn::Sub' in value) rejectNames(value['Fn::Sub'], place, leftOut);
  const entries = Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
    if (name !== 'DependsOn') return [[name, replaceReferences(inner, place, leftOut)]];
    if (Array.isArray(inner)) return [[name, inner.filter((id) => !leftOut.has(id))]];
    return typeof inner === 'string' && leftOut.has(inner) ? [] : [[name, inner]];
  });
  return Object.fromEntries(entries);
}

/** Rejects `Fn::Sub` texts that name a left-out resource: they have no stand-ins, because CDK writes `Fn::Join` instead. */
function rejectNames(text: unknown, place: string, leftOut: ReadonlyMap<string, string>): void {
  for (const [, id = ''] of String(Array.isArray(text) ? text[0] : text).matchAll(/\$\{(\w+)[.}]/g))
    if (leftOut.has(id))
      throw new Error(
        `Cannot leave out ${id} (${leftOut.get(id)}): ${place} names it in Fn::Sub, which has no stand-in`,
      );
}

function referenceOf(value: object): { id: string; attribute: string } | undefined {
  if ('Ref' in value && typeof value.Ref === 'string') return { id: value.Ref, attribute: 'Ref' };
  if (!('Fn::GetAtt' in value) || !Array.isArray(value['Fn::GetAtt'])) return undefined;
  const [id, attribute] = value['Fn::GetAtt'].map(String);
  return id === undefined || attribute === undefined ? undefined : { id, attribute };
}
