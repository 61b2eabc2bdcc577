import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createShopRoutes } from '../../lambdas/serve/shop/routes.ts';
import type { ShopPageOptions } from '../../lambdas/serve/shop/shop-page.ts';
import type { ApiRequest, Reply, StageRoutes } from '../../lambdas/shared/contract/api/operation.ts';
import { OPERATIONS } from '../../lambdas/shared/contract/api/operations.ts';
import type { OperationId } from '../../lambdas/shared/contract/api/routes.ts';
import { matchRoute } from '../../lambdas/shared/http/match.ts';
import { ProblemError } from '../../lambdas/shared/http/problem-error.ts';
import { createRouter } from '../../lambdas/shared/http/router.ts';
import { recordingLog } from '../lambdas/log.ts';
import { httpEvent } from '../lambdas/shared/http/events.ts';

/** Products in order of popularity; the category is the last word. */
const NAMES = [
  'Desk lamp',
  'Blue mug',
  'Floor lamp',
  'Oak chair',
  'Red mug',
  'Glass lamp',
  'Garden chair',
  'Tea mug',
  'Paper lamp',
  'Folding chair',
  'Travel mug',
  'Bedside lamp',
  'Rocking chair',
  'Camping mug',
  'Wall lamp',
  'Kitchen chair',
] as const;

export interface FakeProduct {
  readonly product: string;
  readonly name: string;
  readonly category: string;
  readonly price: number;
}

export const FAKE_PRODUCTS: readonly FakeProduct[] = NAMES.map((name, index) => ({
  product: `p${String(index + 1).padStart(2, '0')}`,
  name,
  category: `${name.split(' ').at(-1) ?? ''}s`,
  price: 5 + 3 * index,
}));

export interface FakeSale {
  readonly product: string;
  readonly quantity: number;
  readonly id: string;
}

/** A shop with the contract of the API: the router checks each request, and each answer is checked by its schema. */
export interface FakeShop {
  readonly url: string;
  /** Sales by user, in the order in which they came. */
  readonly sales: Map<string, FakeSale[]>;
  /** Operations that were asked for, in order. */
  readonly asked: OperationId[];
  /** The header `authorization` of each request to the API, in order. */
  readonly authorizations: (string | undefined)[];
  /** While true, every request to the API is answered with 401, as a gateway answers. */
  refusesTokens: boolean;
  /** The served run; null: none. */
  run: number | null;
  /** After so many further questions for lists, an accepted sale is known. Infinity: never. */
  questionsUntilKnown: number;
  /** Thrown by this operation while it is set. */
  readonly failures: Map<OperationId, ProblemError>;
  /** Number of requests to `POST /v1/sales` whose answer is lost: the sale is taken, and the connection is closed. */
  lostAnswers: number;
  hasCatalogue: boolean;
  stop(): Promise<void>;
}

const NEWEST_MS = Date.UTC(2026, 5, 30, 10);

export async function startFakeShop(options: ShopPageOptions = { users: ['ann'] }): Promise<FakeShop> {
  const shopRoutes = createShopRoutes(options);
  const routes = routesOf(() => shop);
  const routers = {
    serve: createRouter<'serve'>(routes),
    collect: createRouter<'collect'>(routes),
  };
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    if (url.split('?')[0] === '/shop') {
      const page = shopRoutes['GET /shop']({ headers: headers as Record<string, string> });
      response.writeHead(page.statusCode, page.headers).end(page.body);
      return;
    }
    const found = matchRoute(method, url.split('?')[0] ?? '');
    const router =
      found.kind === 'operation' && found.operation === 'addSales' ? routers.collect : routers.serve;
    if (found.kind === 'operation') shop.asked.push(found.operation);
    shop.authorizations.push(headers.authorization);
    if (shop.refusesTokens) {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"Unauthorized"}');
      return;
    }
    const body = await bodyOf(request);
    const event = httpEvent({ method, url, headers: headers as Record<string, string>, body });
    const answer = await router(event, { log: recordingLog(), authorisation: { auth: 'none' } });
    if (found.kind === 'operation' && found.operation === 'addSales' && shop.lostAnswers > 0) {
      shop.lostAnswers--;
      response.destroy();
      return;
    }
    if (found.kind === 'operation') checkAnswer(found.operation, answer.statusCode, answer.body);
    response.writeHead(answer.statusCode, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const shop: FakeShop = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/shop`,
    sales: new Map(),
    asked: [],
    authorizations: [],
    refusesTokens: false,
    run: 2,
    questionsUntilKnown: 4,
    failures: new Map(),
    lostAnswers: 0,
    hasCatalogue: false,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return shop;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** @throws {Error} If an answer of this fake does not follow the contract: the tests would prove nothing. */
function checkAnswer(operation: OperationId, status: number, body: string): void {
  const replies: Record<number, { schema?: { parse(value: unknown): unknown } }> =
    OPERATIONS[operation].replies;
  if (status < 400 && body !== '') replies[status]?.schema?.parse(JSON.parse(body));
}

type Routes = StageRoutes<'serve'> & StageRoutes<'collect'>;

function routesOf(shopOf: () => FakeShop): Routes {
  const reply = (body: unknown): Reply => ({ status: 200, body });
  const checked =
    <Id extends OperationId>(id: Id, answer: (request: ApiRequest<Id>) => Reply) =>
    (request: ApiRequest<Id>): Reply => {
      const failure = shopOf().failures.get(id);
      if (failure) throw failure;
      return answer(request);
    };
  const questions = new Map<string, number>();
  const shelf = checked('popular', ({ query }) =>
    reply({ run: runOf(shopOf()) ?? noRun(), products: ranked(eligible(shopOf(), query)).slice(0, query.n) }),
  );
  const nothing = (): Reply => reply({});
  return {
    recommendations: checked('recommendations', ({ params: { user }, query }) => {
      const asked = (questions.get(user) ?? 0) + 1;
      questions.set(user, asked);
      const all = shopOf().sales.get(user) ?? [];
      const known = all.filter((sale) => {
        const since = (sale as FakeSale & { since?: number }).since ?? 0;
        return asked - since > shopOf().questionsUntilKnown;
      });
      return reply(recommend(shopOf(), { user, history: known, query, stored: user === 'ann' }));
    }),
    recommendationsFor: checked('recommendationsFor', ({ body }) =>
      reply(
        recommend(shopOf(), {
          user: undefined,
          history: body.history.map(({ product, quantity }) => ({ product, quantity, id: '' })),
          query: body,
          stored: false,
        }),
      ),
    ),
    popular: shelf,
    history: checked('history', ({ params: { user }, query }) => {
      const sales = shopOf().sales.get(user) ?? [];
      return reply({
        user,
        run: runOf(shopOf()),
        missing: [],
        stored:
          user === 'ann'
            ? { lines: 1, newest: [{ product: 'p01', name: 'Desk lamp', quantity: 1, atMs: NEWEST_MS }] }
            : { lines: 0, newest: [] },
        recent: {
          lines: sales.length,
          newest: sales
            .map(({ product, quantity, id }, index) => ({
              product,
              name: nameOf(product),
              quantity,
              id,
              atMs: NEWEST_MS + 1000 * (index + 1),
              type: 'purchase',
            }))
            .reverse()
            .slice(0, query.n),
        },
      });
    }),
    addSales: checked('addSales', ({ bytes }) => {
      const {
        userId,
        productId,
        quantity = 1,
        id,
      } = JSON.parse(bytes.toString()) as {
        userId: string;
        productId: string;
        quantity?: number;
        id: string;
      };
      if (productId === 'p16')
        return {
          status: 422,
          body: {
            accepted: 0,
            refused: 1,
            sales: [{ accepted: false, reason: 'productId: is p16, should be for sale', mayRetry: false }],
          },
        };
      const sales = shopOf().sales.get(userId) ?? [];
      const sale = { product: productId, quantity, id, since: questions.get(userId) ?? 0 };
      if (!sales.some((other) => other.id === id)) sales.push(sale);
      shopOf().sales.set(userId, sales);
      const address = { topic: 'sales', partition: 2, offset: 4710 + sales.length };
      return reply({ accepted: 1, refused: 0, sales: [{ accepted: true, address, id }] });
    }),
    ready: checked('ready', () => reply({ status: 'ready', run: runOf(shopOf()) ?? noRun() })),
    explorer: nothing,
    similar: nothing,
    together: nothing,
    trending: nothing,
    health: nothing,
    openapi: nothing,
  };
}

function noRun(): never {
  throw new ProblemError('no-run', 'No run is published yet');
}

const runOf = ({ run }: FakeShop) => (run === null ? null : { run, newestSaleMs: NEWEST_MS });
const nameOf = (product: string) => FAKE_PRODUCTS.find((each) => each.product === product)?.name;

interface Filters {
  readonly category?: string | undefined;
  readonly available?: boolean | undefined;
  readonly minPrice?: number | undefined;
  readonly maxPrice?: number | undefined;
}

function eligible(shop: FakeShop, { category, available, minPrice, maxPrice }: Filters): FakeProduct[] {
  return FAKE_PRODUCTS.filter(
    (product) =>
      (available !== true || shop.hasCatalogue) &&
      (category === undefined || product.category === category) &&
      (minPrice === undefined || product.price >= minPrice) &&
      (maxPrice === undefined || product.price <= maxPrice),
  );
}

const ranked = (products: readonly FakeProduct[]) =>
  products.map(({ product, name }, index) => ({ product, name, rank: index + 1, score: 1 / (index + 1) }));

/** Products of the categories that were bought come first, the most bought first; bought ones are only in `any`. */
function recommend(
  shop: FakeShop,
  {
    user,
    history,
    query,
    stored,
  }: {
    readonly user: string | undefined;
    readonly history: readonly FakeSale[];
    readonly query: Filters & { readonly list: 'any' | 'new'; readonly n: number };
    readonly stored: boolean;
  },
): unknown {
  const all = [...(stored ? [{ product: 'p01', quantity: 1, id: '' }] : []), ...history];
  const bought = new Map<string, number>();
  for (const { product, quantity } of all) bought.set(product, (bought.get(product) ?? 0) + quantity);
  const has = (product: string) => (bought.get(product) ?? 0) > 0;
  const likes = (category: string) =>
    FAKE_PRODUCTS.filter((other) => other.category === category && has(other.product));
  const products = eligible(shop, query)
    .filter(({ product }) => query.list === 'any' || !has(product))
    .map((each, index) => ({ ...each, index, weight: likes(each.category).length }))
    .sort((a, b) => b.weight - a.weight || a.index - b.index)
    .slice(0, query.n);
  const source = shop.run === null ? 'noRun' : all.length === 0 ? 'coldStart' : 'model';
  return {
    ...(user !== undefined && { user }),
    list: query.list,
    source,
    missing: [],
    run: runOf(shop),
    momentMs: shop.run === null ? null : NEWEST_MS,
    newerSales: user === undefined ? 0 : history.length,
    newestSaleMs: history.length === 0 ? null : NEWEST_MS + 1000 * history.length,
    unknownProducts: [],
    products:
      shop.run === null
        ? []
        : products.map(({ product, name, category }, index) => ({
            product,
            name,
            rank: index + 1,
            score: 1 / (index + 1),
            because: likes(category)
              .slice(0, 3)
              .map((cause, _, { length }) => ({
                product: cause.product,
                name: cause.name,
                share: 1 / Math.min(3, length),
              })),
          })),
  };
}
