import { MAX_ID_LENGTH } from '../../lambdas/shared/sales/fields.ts';

/**
 * Reads NAME,… with ids or names of charges: `GIFT-WRAP,postage=false`. A name with `=false` is a product. A name may contain an equals
 * sign, but no comma.
 *
 * @throws {Error} If a name is missing or too long; the message completes "should be …".
 */
export function charges(text: string): Readonly<Record<string, boolean>> {
  const names = text.split(',').map((part) => {
    const [, name = '', value] = /^(.*?)(?:=(true|false))?$/is.exec(part.trim()) ?? [];
    if (
      /=(true|false|yes|no|on|off|0|1)$/i.test(name) ||
      /^[\s_.:/-]*$/.test(name) ||
      name.length > MAX_ID_LENGTH
    )
      throw new Error(
        `NAME,… with names of 1 to ${MAX_ID_LENGTH} characters, such as GIFT-WRAP,postage=false`,
      );
    return [name, value?.toLowerCase() !== 'false'] as const;
  });
  return Object.fromEntries(names);
}
