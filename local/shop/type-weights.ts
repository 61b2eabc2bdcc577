import { MAX_TYPE_LENGTH } from '../../lambdas/shared/sales/fields.ts';

/**
 * Reads TYPE=WEIGHT,…: `view=0.1,cart=0.3`. A type may contain an equals sign, but no comma.
 *
 * @throws {Error} If a type is missing, or a weight is not a number from 0 to 1000; the message completes "should be …".
 */
export function typeWeights(text: string): Readonly<Record<string, number>> {
  const pairs = text.split(',').map((pair) => {
    const [, type = '', weight = ''] = /^(.*)=(.*)$/s.exec(pair.trim()) ?? [];
    if (type === '' || !/^\d*\.?\d+$/.test(weight) || Number(weight) > MAX_WEIGHT)
      throw new Error(`TYPE=WEIGHT,… with weights from 0 to ${MAX_WEIGHT}, such as view=0.1,cart=0.3`);
    if (type.length > MAX_TYPE_LENGTH)
      throw new Error(`TYPE=WEIGHT,… with types of at most ${MAX_TYPE_LENGTH} characters`);
    return [type, Number(weight)] as const;
  });
  return Object.fromEntries(pairs);
}

const MAX_WEIGHT = 1000;
