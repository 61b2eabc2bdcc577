import { PERSONAL_KINDS, type PersonalKind, personalKind, type Subject } from '../privacy/personal.ts';
import type { Privacy } from '../privacy/settings.ts';
import type { SaleField } from './field-map.ts';
import type { Sale } from './sale.ts';
import { SALE_ID_HEADER } from './sale-id.ts';

/** A field whose content looks personal. */
export interface PersonalField {
  readonly field: SaleField | typeof SALE_ID_HEADER;
  readonly kind: PersonalKind;
}

const NONE: readonly PersonalField[] = [];

/**
 * Finds the fields of a sale that look like an e-mail address, a phone number or a card number.
 *
 * @param userIds If ids are keyed, those of users, orders and sales may be anything, because only their pseudonyms are stored.
 * @returns In a fixed order; empty if there are none.
 */
export function personalFieldsOf(sale: Sale, userIds: Privacy['userIds']): readonly PersonalField[] {
  const { user, product, orderId, id, type, productName } = sale;
  let found = NONE;
  if (userIds === 'plain') {
    found = withField(found, 'userId', user, 'person');
    if (orderId !== undefined) found = withField(found, 'orderId', orderId, 'person');
    if (id !== undefined) found = withField(found, SALE_ID_HEADER, id, 'person');
  }
  found = withField(found, 'productId', product, 'product');
  found = withField(found, 'type', type, 'product');
  return productName === undefined ? found : withField(found, 'productName', productName, 'product');
}

function withField(
  found: readonly PersonalField[],
  field: PersonalField['field'],
  text: string,
  subject: Subject,
): readonly PersonalField[] {
  const kind = personalKind(text, subject);
  return kind === undefined ? found : [...found, { field, kind }];
}

/**
 * Returns why a sale is refused that looks personal, without its content.
 *
 * @param name Of the field on the topic.
 *
 * @example refusalOf('user', 'email') // 'user: looks like an e-mail address, should be without personal data'
 */
export const refusalOf = (name: string, kind: PersonalKind): string =>
  `${name}: looks like ${PERSONAL_KINDS[kind]}, should be without personal data`;
