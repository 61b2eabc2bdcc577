/** The first number.number in a text. */
export function parseVersion(text: string): readonly [number, number] | undefined;

/** What must be on the machine. */
export const PREREQUISITES: readonly { readonly name: string; readonly command: readonly string[] }[];

/** What a command needs: names of programs and of installations; undefined: everything. */
export function needsOf(
  name: string,
  args: readonly string[],
): { readonly programs: readonly string[]; readonly installs: readonly string[] } | undefined;

/** One sentence for each prerequisite that is missing or too old; `programs` are the names of those looked for. */
export function findMissing(
  versionOf: (command: readonly string[]) => string | undefined,
  programs?: readonly string[],
): string[];
