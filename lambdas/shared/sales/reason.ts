/**
 * Returns the kind of a rejection: the field, or the damage of the whole record.
 *
 * @example reasonKind('quantity: is 0, should be a finite number other than 0') // 'quantity'
 */
export const reasonKind = (reason: string): string => reason.split(/:|, should/, 1)[0] ?? '';
