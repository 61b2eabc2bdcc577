import * as z from 'zod';

/** The kinds of problems: the title of each, by the last part of its `type`. */
export const PROBLEMS = {
  'invalid-request': 'The request is not valid',
  'not-found': 'There is nothing at this address',
  'unknown-product': 'The product is not known',
  'unknown-user': 'The user is not known',
  'method-not-allowed': 'The address does not have this method',
  'body-too-large': 'The body is too large',
  'unsupported-media-type': 'The body has a content type that cannot be read',
  unauthorized: 'The request is not signed in',
  forbidden: 'The caller may not do this',
  'no-run': 'No run is loaded',
  'catalogue-unavailable': 'The catalogue cannot be read',
  unavailable: 'A part that is needed does not answer',
  'internal-error': 'The request could not be answered',
} as const;
export type ProblemKind = keyof typeof PROBLEMS;

/** A field of the request that is wrong. */
export const FieldProblem = z.strictObject({
  /** Where the field is. */
  in: z.enum(['path', 'query', 'header', 'body']),
  /** The name of the field; in a body with its position, such as `history.3.quantity`. Empty for the whole body. */
  field: z.string(),
  /** The value, shortened, or `missing`. */
  is: z.string(),
  shouldBe: z.string(),
});
export type FieldProblem = z.infer<typeof FieldProblem>;

/** An error, as RFC 9457 describes it. */
export const Problem = z
  .strictObject({
    type: z.enum(
      (Object.keys(PROBLEMS) as ProblemKind[]).map((kind) => `urn:cartograph:problem:${kind}` as const),
    ),
    title: z.string(),
    status: z.int().min(400).max(599),
    /** The fault of this request; a sentence without a full stop. */
    detail: z.string(),
    /** The wrong fields; at most 20. */
    errors: z.array(FieldProblem).optional(),
    /** Id of the request in the log. */
    requestId: z.string().optional(),
  })
  .meta({ id: 'Problem', description: 'An error, as RFC 9457 describes it (problem details).' });
export type Problem = z.infer<typeof Problem>;
