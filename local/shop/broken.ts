/** Every kind of invalid record, each made from a valid sale. To add a kind, add a line. */
export const BROKEN = {
  notJson: (sale) => text(JSON.stringify(sale).slice(0, -1)),
  array: (sale) => json([sale]),
  number: () => json(42),
  tombstone: () => null,
  empty: () => text(''),
  notUtf8: () => Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
  deep: () => text(DEEP),
  userIsDeep: ({ productId }) => text(`{"userId":${DEEP},"productId":"${productId}"}`),
  noUser: ({ userId: _, ...rest }) => json(rest),
  noProduct: ({ productId: _, ...rest }) => json(rest),
  emptyUser: (sale) => json({ ...sale, userId: '' }),
  longProduct: (sale) => json({ ...sale, productId: 'p'.repeat(257) }),
  userIsObject: (sale) => json({ ...sale, userId: { id: sale.userId } }),
  quantityZero: (sale) => json({ ...sale, quantity: 0 }),
  quantityText: (sale) => json({ ...sale, quantity: 'two' }),
  quantityInfinite: (sale) =>
    text(JSON.stringify({ ...sale, quantity: 1 }).replace('"quantity":1', '"quantity":1e999')),
  timestampText: (sale) => json({ ...sale, timestamp: 'yesterday' }),
  timestampNoZone: (sale) => json({ ...sale, timestamp: '2026-06-01T12:00:00' }),
  timestampNoDay: (sale) => json({ ...sale, timestamp: '2026-02-30T12:00:00Z' }),
  timestampSeconds: (sale) => json({ ...sale, timestamp: 1_780_000 }),
  timestampAhead: (sale) => json({ ...sale, timestamp: '2999-01-01T00:00:00Z' }),
  typeNumber: (sale) => json({ ...sale, type: 7 }),
  typeLong: (sale) => json({ ...sale, type: 't'.repeat(65) }),
} satisfies Record<string, (sale: SaleRecord) => Buffer | null>;
export type BrokenKind = keyof typeof BROKEN;

/** A sale as the simulated shop puts it on the topic. */
export interface SaleRecord {
  readonly userId: string;
  readonly productId: string;
  readonly quantity: number;
  readonly timestamp: string;
  readonly orderId: string;
  readonly price: number;
  readonly productName: string;
}

/** Nested more deeply than a recursive parser can follow. */
const DEEP = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

const text = (value: string): Buffer => Buffer.from(value);
export const json = (value: unknown): Buffer => text(JSON.stringify(value));
