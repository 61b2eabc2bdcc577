/**
 * Returns the start of a block, as the Spark job writes it: the shortest prefix of its first key that sorts after the
 * previous key.
 */
export function separator(previous: string | undefined, key: string): string {
  if (previous === undefined) return key;
  let length = 1;
  while (key.slice(0, length) <= previous || /[\ud800-\udbff]$/.test(key.slice(0, length))) length++;
  return key.slice(0, length);
}
