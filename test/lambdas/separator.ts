/** Where a block begins, as the Spark job says it: the shortest beginning of its first key that is behind the key before. */
export function separator(previous: string | undefined, key: string): string {
  if (previous === undefined) return key;
  let length = 1;
  while (key.slice(0, length) <= previous || /[\ud800-\udbff]$/.test(key.slice(0, length))) length++;
  return key.slice(0, length);
}
