import { type FieldProblem, PROBLEMS, type Problem, type ProblemKind } from '../contract/api/problem.ts';

/** Most wrong fields that one problem names. */
export const MAX_FIELD_PROBLEMS = 20;

const STATUS: Readonly<Record<ProblemKind, number>> = {
  'invalid-request': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'unknown-product': 404,
  'unknown-user': 404,
  'method-not-allowed': 405,
  'body-too-large': 413,
  'unsupported-media-type': 415,
  'internal-error': 500,
  'no-run': 503,
  'catalogue-unavailable': 503,
  unavailable: 503,
};

export interface ProblemOptions {
  /** The wrong fields; more than 20 are cut. */
  readonly errors?: readonly FieldProblem[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/**
 * Thrown by an operation to answer a request with a problem. Its status follows from its kind.
 *
 * @example
 * new ProblemError('unknown-product', 'The run does not know the product "p9"').status // 404
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly kind: ProblemKind;
  readonly errors: readonly FieldProblem[];
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail What is wrong with this request; a sentence without a full stop. */
  constructor(kind: ProblemKind, detail: string, { errors = [], headers = {}, cause }: ProblemOptions = {}) {
    super(detail, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.errors = errors.slice(0, MAX_FIELD_PROBLEMS);
    this.headers = headers;
  }

  get status(): number {
    return STATUS[this.kind];
  }

  toProblem(requestId: string): Problem {
    return {
      type: `urn:cartograph:problem:${this.kind}`,
      title: PROBLEMS[this.kind],
      status: this.status,
      detail: this.message,
      ...(this.errors.length > 0 && { errors: [...this.errors] }),
      requestId,
    };
  }
}

/** Makes a problem of fields that are wrong. @param errors At least one. */
export function invalidRequest(errors: readonly FieldProblem[]): ProblemError {
  const [first] = errors;
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : '';
  const detail =
    first === undefined
      ? 'The request is not valid'
      : `${first.field === '' ? `the ${first.in}` : first.field}: is ${first.is}, should be ${first.shouldBe}${more}`;
  return new ProblemError('invalid-request', detail, { errors });
}
