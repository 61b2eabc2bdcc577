import { describeUntrained, type TrainedTypes } from './event-types.ts';
import { counted, grouped, sum } from './numbers.ts';

/** Delivery, by the names that shops give to its line of an order. */
const DELIVERY = `postage, carriage, freight, shipping, delivery, shipping and handling, s&h, shipping cost, shipping costs,
shipping charge, shipping charges, shipping fee, shipping fees, delivery cost, delivery costs, delivery charge, delivery charges,
delivery fee, delivery fees, postage and packing, postage and packaging, p&p, free shipping, free delivery, express shipping,
express delivery, standard shipping, standard delivery, shipping insurance, shipping protection, fuel surcharge, versand,
versandkosten, versandkostenpauschale, lieferkosten, frachtkosten, expressversand, frais de port, frais de livraison,
frais d'expédition, gastos de envío, costes de envío, spese di spedizione, costi di spedizione, verzendkosten, bezorgkosten, frete,
custo de envio, koszt wysyłki, koszty wysyłki, koszt wysylki, koszt dostawy, fraktkostnad, fragtomkostninger, toimituskulut`;
/** Work on the order, and ways to pay. */
const FEES = `handling, handling fee, handling charge, service fee, service charge, booking fee, processing fee, transaction fee,
payment fee, convenience fee, admin fee, small order fee, restocking fee, surcharge, cod fee, cash on delivery fee, bank charge,
bank charges, minimum order surcharge, bearbeitungsgebühr, bearbeitungsgebuehr, nachnahmegebühr, nachnahmegebuehr,
mindermengenzuschlag, frais de service, frais de dossier, bottle deposit, pfand`;
/** What lowers the price, and what is due on it. */
const PRICE = `discount, coupon, promo code, promotion code, rebate, price adjustment, order adjustment, rounding adjustment,
store credit, sales tax, tax, vat, import duty, customs duty, gratuity, rabatt, descuento, sconto, korting, desconto`;

/**
 * Ids and names of charges, each with the value true: lines of an order, such as postage, that customers pay for but do not choose.
 * Only names that a product hardly has by itself are here, in languages of large shops; `docs/quality.md` has the reasons and the
 * source. {@link comparableCharge} says how they are compared.
 */
export const CHARGES: Readonly<Record<string, boolean>> = Object.fromEntries(
  [DELIVERY, FEES, PRICE].flatMap((names) => names.split(/,\s+/)).map((name) => [name, true]),
);

/**
 * Returns the form in which ids and names are compared: in lower case, without accents, with "and" for "&", and without spaces and
 * the characters `_-.:/`, except between digits. The Spark job has the same rule.
 *
 * @example comparableCharge('Shipping & Handling') // 'shippingandhandling'
 * @example comparableCharge('10-1') // '10-1'
 */
export const comparableCharge = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll('’', "'")
    .replaceAll('&', ' and ')
    .toLowerCase()
    .replaceAll(/(?<![0-9])[\s\p{Z}_.:/-]+|[\s\p{Z}_.:/-]+(?![0-9])/gu, '');

/**
 * Adds the default names to configured ones. A configured name replaces the default of every spelling of it.
 *
 * @example withDefaultCharges({ Postage: false }).postage // undefined
 */
export function withDefaultCharges(configured: Readonly<Record<string, boolean>>): Record<string, boolean> {
  const replaced = new Set(Object.keys(configured).map(comparableCharge));
  const defaults = Object.entries(CHARGES).filter(([name]) => !replaced.has(comparableCharge(name)));
  return { ...Object.fromEntries(defaults), ...configured };
}

/** The charges of a run: the number of their distinct interactions, and the most frequent ones. */
export interface FoundCharges {
  readonly interactions: number;
  readonly products: readonly {
    readonly product: string;
    readonly name: string | null;
    readonly interactions: number;
  }[];
}

/** Charges named in one sentence; the manifest has more. */
const NAMED = 5;

/**
 * Describes for people which sales are not trained on because they are charges. Ids and names are free text from the topic.
 *
 * @returns undefined if there are none.
 * @example
 * describeCharges({ interactions: 9, products: [{ product: 'POST', name: 'POSTAGE', interactions: 9 }] })
 * // 'not trained on, because they are charges: 9 sales (POST “POSTAGE” 9); for a product, set model.charges (npm start: --charges NAME=false)'
 */
export function describeCharges({ interactions, products }: FoundCharges): string | undefined {
  if (interactions === 0) return undefined;
  const named = products.slice(0, NAMED);
  const rest = interactions - sum(named.map((one) => one.interactions));
  const names = [
    ...named.map((one) => `${labelOf(one)} ${grouped(one.interactions)}`),
    ...(rest > 0 ? [`others ${grouped(rest)}`] : []),
  ].join(', ');
  return `not trained on, because they are charges: ${counted(interactions, 'sale')} (${names}); for a product, set model.charges (npm start: --charges NAME=false)`;
}

const labelOf = ({ product, name }: FoundCharges['products'][number]): string =>
  name === null || comparableCharge(name) === comparableCharge(product) ? product : `${product} “${name}”`;

/**
 * Describes for people why a run was trained on nothing, although there were sales.
 *
 * @returns undefined if it was trained on something, or if there were none.
 * @example
 * whyEmpty({ interactions: 0, unweighted: 0, unknown: { interactions: 0, types: 0 }, types: [], charges: { interactions: 9, products: [] } })
 * // 'not trained on, because they are charges: 9 sales (others 9); for a product, set model.charges (npm start: --charges NAME=false)'
 */
export const whyEmpty = (inputs: TrainedTypes & { readonly charges: FoundCharges }): string | undefined =>
  inputs.interactions > 0 ? undefined : (describeUntrained(inputs) ?? describeCharges(inputs.charges));
