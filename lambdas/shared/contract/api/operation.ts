import type * as z from 'zod';
import type { ApiStage } from '../stages.ts';
import type { OPERATIONS } from './operations.ts';
import type { OperationId, OperationOf } from './routes.ts';

/** The content of an answer with one status. */
export interface ReplyContract {
  readonly description: string;
  /** Absent if the answer has no body. */
  readonly schema?: z.ZodType;
  readonly example?: unknown;
}

/** The body of a request. */
export interface BodyContract {
  readonly description: string;
  readonly schema: z.ZodType;
  readonly example: unknown;
  /** `ndjson`: the body may also be one JSON document per line, each of them an element of the array in `schema`. */
  readonly form: 'json' | 'ndjson';
  /**
   * True if the router checks the body by `schema`. Otherwise the operation checks each element itself, because a wrong element
   * should not refuse its neighbours; the router then only checks size and content type.
   */
  readonly isChecked: boolean;
}

/**
 * The contract of one operation: requests are checked by it, answers are checked by it in the tests, and the OpenAPI document
 * and the types of the client follow from it.
 */
export interface Operation {
  /** One line, without a full stop. */
  readonly summary: string;
  readonly description: string;
  /** Parameters in the path; all are ids. */
  readonly params?: z.ZodObject;
  /** Parameters in the query: strings, numbers, booleans, or arrays of strings (the parameter is repeated). */
  readonly query?: z.ZodObject;
  /** Request headers that the operation reads, in lower case; all of them are optional strings. */
  readonly headers?: z.ZodObject;
  readonly body?: BodyContract;
  /** Answers by status. All operations may also answer with a problem; see `problem.ts`. */
  readonly replies: { readonly [status: number]: ReplyContract };
  /** Values of the parameters in the example of the document. */
  readonly example?: { readonly [parameter: string]: unknown };
}

/**
 * Checks that a value is a contract, and keeps its exact type.
 *
 * @example operation({ summary: 'Ask', description: '', replies: {} }).summary // 'Ask'
 */
export const operation = <const Contract extends Operation>(contract: Contract): Contract => contract;

type Contracts = typeof OPERATIONS;
type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : Readonly<Record<never, never>>;
type Field<Contract, Name extends string> = Contract extends { readonly [Key in Name]: infer Value }
  ? Value
  : undefined;

/** A request that the router has checked. */
export interface ApiRequest<Id extends OperationId = OperationId> {
  readonly operation: Id;
  /** Decoded. */
  readonly params: Output<Field<Contracts[Id], 'params'>>;
  readonly query: Output<Field<Contracts[Id], 'query'>>;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed body; undefined if the operation has none, or checks it itself. */
  readonly body: Contracts[Id] extends {
    readonly body: { readonly isChecked: true; readonly schema: infer Schema };
  }
    ? Output<Schema>
    : undefined;
  /** The body as it came, after base64; empty if there is none. */
  readonly bytes: Buffer;
  /** The claims of the caller's token; empty without a token. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** The only user whom the caller may read or write; undefined if there is no such restriction. */
  readonly onlyUser: string | undefined;
  /** The caller, for a record that is kept: a role of AWS, or the kind of token. It does not name a user. */
  readonly requestedBy: string;
  /** The id of the request in the gateway's log. */
  readonly requestId: string;
}

/** The answer of an operation. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Becomes JSON; absent for an answer without a body. */
  readonly body?: unknown;
}

/** The operations of a stage: for each of them the function that answers it. */
export type StageRoutes<Stage extends ApiStage> = {
  readonly [Id in OperationOf<Stage>]: (request: ApiRequest<Id>) => Promise<Reply> | Reply;
};

type ReplySchema<Contract, Status extends number> = Contract extends {
  readonly replies: { readonly [Key in Status]: { readonly schema: infer Schema extends z.ZodType } };
}
  ? z.output<Schema>
  : never;

/** The body of a successful answer. */
export type AnswerOf<Id extends OperationId> =
  | ReplySchema<Contracts[Id], 200>
  | ReplySchema<Contracts[Id], 202>
  | ReplySchema<Contracts[Id], 207>
  | ReplySchema<Contracts[Id], 422>;

type Input<Schema> = Schema extends z.ZodType ? z.input<Schema> : Readonly<Record<never, never>>;

/** The arguments of an operation: the parameters of its path and query by name, and its body. */
export type ArgumentsOf<Id extends OperationId> = Input<Field<Contracts[Id], 'params'>> &
  Input<Field<Contracts[Id], 'query'>> &
  (Contracts[Id] extends { readonly body: { readonly schema: infer Schema } }
    ? { readonly body: Input<Schema> }
    : Readonly<Record<never, never>>);
