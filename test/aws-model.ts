import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { VENV } from '../local/process/paths.ts';

/**
 * AWS's model of a service, including the limits that the service checks. The JavaScript SDK omits these limits, so the model
 * comes from botocore, which this project's virtual environment contains because cfn-lint needs it.
 */
const Shape = z.object({
  type: z.string(),
  required: z.array(z.string()).default([]),
  members: z.record(z.string(), z.object({ shape: z.string(), location: z.string().optional() })).default({}),
  member: z.object({ shape: z.string() }).optional(),
  key: z.object({ shape: z.string() }).optional(),
  value: z.object({ shape: z.string() }).optional(),
  enum: z.array(z.string()).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  pattern: z.string().optional(),
});
type Shape = z.infer<typeof Shape>;
const Model = z.object({
  operations: z.record(
    z.string(),
    z.object({
      http: z.object({ method: z.string(), requestUri: z.string() }),
      input: z.object({ shape: z.string() }),
    }),
  ),
  shapes: z.record(z.string(), Shape),
});
export type AwsModel = z.infer<typeof Model>;

/**
 * Reads the model of a service from botocore.
 *
 * @param service Name of the service's folder in botocore, such as emr-serverless.
 * @param version Name of the API version's folder, such as 2021-07-13.
 */
export function readAwsModel(service: string, version: string): AwsModel {
  const [python = ''] = readdirSync(join(VENV, 'lib')).filter((name) => name.startsWith('python'));
  const path = join(
    VENV,
    'lib',
    python,
    'site-packages/botocore/data',
    service,
    version,
    'service-2.json.gz',
  );
  return Model.parse(JSON.parse(gunzipSync(readFileSync(path)).toString()));
}

/**
 * Validates a request against the model.
 *
 * @returns One line per problem, with the path of the value; empty if the request is valid.
 * @throws {Error} If the model has no such operation, or uses a type that is not supported here.
 */
export function problemsOfRequest(model: AwsModel, operation: string, request: unknown): string[] {
  const input = model.operations[operation]?.input.shape;
  if (input === undefined)
    throw new Error(`Cannot check the request: the service has no operation ${operation}`);
  return problems(model, input, request, operation);
}

function problems(model: AwsModel, name: string, value: unknown, path: string): string[] {
  const shape = model.shapes[name];
  if (!shape) throw new Error(`Cannot check the request: the model has no shape ${name}`);
  switch (shape.type) {
    case 'structure':
      return inStructure(model, shape, value, path);
    case 'list':
      if (!Array.isArray(value)) return [`${path} should be a list`];
      return [
        ...outOfRange(shape, value.length, `${path}: length`),
        ...value.flatMap((item, index) =>
          problems(model, shape.member?.shape ?? '', item, `${path}.${index}`),
        ),
      ];
    case 'string':
      return typeof value === 'string' ? inText(shape, value, path) : [`${path} should be text`];
    case 'long':
    case 'integer':
      return Number.isInteger(value)
        ? outOfRange(shape, Number(value), path)
        : [`${path} should be a whole number`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${path} should be true or false`];
    default:
      throw new Error(`Cannot check ${path}: type ${shape.type} is not supported`);
  }
}

function inStructure(model: AwsModel, shape: Shape, value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [`${path} should be an object`];
  const entries = new Map(Object.entries(value));
  const missing = shape.required.filter((name) => !entries.has(name));
  return [
    ...missing.map((name) => `${path}.${name} is missing`),
    ...[...entries].flatMap(([name, inner]) => {
      const member = shape.members[name];
      return member
        ? problems(model, member.shape, inner, `${path}.${name}`)
        : [`${path}.${name} is not known to the service`];
    }),
  ];
}

function inText({ pattern, enum: names, ...shape }: Shape, value: string, path: string): string[] {
  const isWrong =
    (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 's').test(value)) ||
    (names !== undefined && !names.includes(value));
  return [
    ...outOfRange(shape, value.length, `${path}: length`),
    ...(isWrong ? [`${path} is ${value}, should be ${pattern ?? names?.join(' or ')}`] : []),
  ];
}

const outOfRange = (
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Pick<Shape, 'min' | 'max'>,
  value: number,
  path: string,
): string[] => (value >= min && value <= max ? [] : [`${path} is ${value}, should be ${min} to ${max}`]);
