const STRING = /"(?:[^"\\]|\\.)*"/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * Returns the text of a number field of the outermost object. If the name occurs several times, the last one counts, as in
 * JSON.parse.
 *
 * A reviver of JSON.parse cannot do this: it visits fields of inner objects too, and it recurses, so that a few thousand
 * nested brackets end the process.
 *
 * @param text A valid JSON object.
 * @returns undefined if there is no such field, or if it is not a number.
 */
export function numberSource(text: string, name: string): string | undefined {
  let [depth, at] = [0, 0];
  let source: string | undefined;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const string = match(STRING);
    if (string === undefined) {
      if ('[{'.includes(text[at] ?? '')) depth += 1;
      if (']}'.includes(text[at] ?? '')) depth -= 1;
      at += 1;
      continue;
    }
    at += string.length;
    const colon = depth === 1 ? match(/\s*:\s*/y) : undefined;
    if (colon === undefined) continue;
    at += colon.length;
    if (JSON.parse(string) === name) source = match(NUMBER);
  }
  return source;
}
