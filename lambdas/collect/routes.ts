import type { ApiRequest, Reply, StageRoutes } from '../shared/contract/api/operation.ts';
import { MAX_SALES, type SaleResult, type SalesResult } from '../shared/contract/api/sales.ts';
import { documentsOf } from '../shared/http/body.ts';
import { ProblemError } from '../shared/http/problem-error.ts';
import type { Log } from '../shared/platform/log.ts';
import { PLAIN_PRIVACY, type Privacy } from '../shared/privacy/settings.ts';
import type { FieldMap } from '../shared/sales/field-map.ts';
import { createSaleParser, type ParseSale } from '../shared/sales/sale.ts';
import { type OutgoingSale, readSale, withIds } from './sale-of-request.ts';
import type { SalesTopic, TopicAddress } from './sales-topic.ts';

export interface CollectParts {
  readonly topic: SalesTopic;
  /** The names of the fields on the topic. */
  readonly fieldMap: FieldMap;
  /** As accumulate has it, which parses the sales again; ids are stored as they come if it is absent. */
  readonly privacy?: Privacy;
  readonly log: Log;
  readonly nowMs: () => number;
}

/** The operations of collect. */
export function createCollectRoutes(parts: CollectParts): StageRoutes<'collect'> {
  const parseSale = createSaleParser({}, parts.privacy ?? PLAIN_PRIVACY);
  return { addSales: (request) => addSales(request, { ...parts, parseSale }) };
}

/**
 * Puts the valid sales of a request on the topic, and says of each sale what became of it.
 *
 * @throws {ProblemError} 400, if the body cannot be read or has too many sales. 503, if there are valid sales and the brokers
 *   acknowledged none of them; the whole request may then be repeated.
 */
async function addSales(
  { bytes, headers, onlyUser }: ApiRequest<'addSales'>,
  { topic, fieldMap, log, nowMs, parseSale }: CollectParts & { readonly parseSale: ParseSale },
): Promise<Reply> {
  const timestampMs = nowMs();
  const context = { nowMs: timestampMs, onlyUser, parseSale };
  const read = documentsOf(bytes, { contentType: headers['content-type'], most: MAX_SALES }).map((element) =>
    readSale(element, fieldMap, context),
  );
  const valid = identified(read, headers['idempotency-key']);
  const { addresses, error } =
    valid.length === 0 ? { addresses: [], error: undefined } : await topic.put(valid, timestampMs);
  const accepted = addresses.filter((address) => address !== undefined).length;
  log.measure({
    SalesAccepted: accepted,
    SalesRefused: read.length - valid.length,
    SalesNotSent: valid.length - accepted,
  });
  if (accepted < valid.length)
    log.error('Cannot put sales on the topic; their senders are asked to repeat them', {
      sales: valid.length - accepted,
      error,
    });
  if (valid.length > 0 && accepted === 0) throw notSent(error);
  const results = valid.map((sale, index) => resultOf(sale, addresses[index])).values();
  const sales = read.map((sale) =>
    'refused' in sale ? refused(sale.refused, false) : (results.next().value as SaleResult),
  );
  const body: SalesResult = { accepted, refused: sales.length - accepted, sales };
  return { status: accepted === sales.length ? 200 : accepted === 0 ? 422 : 207, body };
}

/** Returns the valid sales, with ids if the request has a key. */
function identified(
  read: readonly ReturnType<typeof readSale>[],
  idempotencyKey: string | undefined,
): OutgoingSale[] {
  const valid = read.filter((sale): sale is OutgoingSale => !('refused' in sale));
  return idempotencyKey === undefined ? valid : withIds(valid, idempotencyKey);
}

const resultOf = ({ id }: OutgoingSale, address: TopicAddress | undefined): SaleResult =>
  address
    ? { accepted: true, address, ...(id === undefined ? {} : { id }) }
    : refused('the brokers did not acknowledge it in time; it may be on the topic', true);

const refused = (reason: string, mayRetry: boolean): SaleResult => ({ accepted: false, reason, mayRetry });

const notSent = (cause: unknown): ProblemError =>
  new ProblemError(
    'unavailable',
    'The brokers acknowledged none of these sales in time; some may be on the topic. Repeat the request: with an id per sale, or an Idempotency-Key, none counts twice',
    { headers: { 'retry-after': '2' }, cause },
  );
