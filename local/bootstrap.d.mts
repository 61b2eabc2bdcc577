/** The first number.number in a text. */
export function parseVersion(text: string): readonly [number, number] | undefined;

/** What must be on the machine. */
export const PREREQUISITES: readonly { readonly name: string; readonly command: readonly string[] }[];

/** One sentence for each prerequisite that is missing or too old. */
export function findMissing(versionOf: (command: readonly string[]) => string | undefined): string[];
