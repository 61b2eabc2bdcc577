/** Width of a report. */
const COLUMNS = 110;
export const INDENT = ' '.repeat(10);

/**
 * Wraps text after commas and colons, and clauses that are too long for a line at spaces. The first line is also indented
 * unless it starts with a heading.
 */
export function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = /^(\S+( \d+)? {2,}|! )/.test(text) ? '' : indent;
  const put = (words: string): void => {
    if (line.trim() !== '' && line.length + words.length >= COLUMNS) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += line === indent || line === '' ? words : ` ${words}`;
  };
  for (const clause of text.split(/(?<=[,:]) (?=\S)/))
    for (const words of indent.length + clause.length >= COLUMNS ? clause.split(/ (?=\S)/) : [clause])
      put(words);
  return [...lines, line.trimEnd()].join('\n');
}
