import type { AnswerOf, ArgumentsOf } from '../../shared/contract/api/operation.ts';
import { segmentOf } from '../../shared/contract/api/path-ids.ts';
import type { Problem } from '../../shared/contract/api/problem.ts';
import { type OperationId, ROUTES } from '../../shared/contract/api/routes.ts';

/** Calls an operation of the API. @throws {ApiFailure} */
export type Call = <Id extends OperationId>(operation: Id, inputs: ArgumentsOf<Id>) => Promise<AnswerOf<Id>>;

export type ListKind = 'any' | 'new';
export const LISTS: readonly ListKind[] = ['any', 'new'];
export type Answer = AnswerOf<'recommendations'>;
export type History = AnswerOf<'history'>;

/** A call that was not answered as it should be. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  /** 0: the API did not answer. */
  readonly status: number;
  /** Undefined if the answer was no problem document: the gateway answered, or nobody. */
  readonly problem: Problem | undefined;

  constructor(status: number, problem: Problem | undefined, cause?: unknown) {
    super(problem?.detail ?? (status === 0 ? 'The API does not answer' : `The API answered ${status}`), {
      cause,
    });
    this.status = status;
    this.problem = problem;
  }
}

export function createCall(
  accessToken: () => string | undefined,
  base = location.origin,
  request: typeof fetch = (...options) => fetch(...options),
): Call {
  return async (operation, inputs) => {
    const { method, path } = ROUTES[operation];
    const { body, ...parameters } = inputs as Record<string, unknown> & { body?: unknown };
    const inPath = new Set<string>();
    const address = path.replace(/\{(\w+)\}/g, (_, name: string) => {
      inPath.add(name);
      return segmentOf(String(parameters[name]));
    });
    const url = new URL(address, base);
    for (const [name, value] of Object.entries(parameters))
      if (!inPath.has(name) && value !== undefined)
        for (const each of Array.isArray(value) ? value : [value])
          url.searchParams.append(name, String(each));
    const token = accessToken();
    const response = await request(url, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new ApiFailure(0, undefined, cause);
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok || (response.status === 422 && !isProblem(answer))) return answer as never;
    throw new ApiFailure(response.status, isProblem(answer) ? answer : undefined);
  };
}

const isProblem = (answer: unknown): answer is Problem =>
  typeof answer === 'object' && answer !== null && 'type' in answer && 'detail' in answer;
