/** Returns the first version number in a text as [major, minor]; undefined if there is none. */
export function parseVersion(text: string): readonly [number, number] | undefined;

/** Programs that the machine must have. */
export const PREREQUISITES: readonly { readonly name: string; readonly command: readonly string[] }[];

/** Returns the names of the programs and of the installations that a command needs; undefined if it needs all. */
export function needsOf(
  name: string,
  args: readonly string[],
  isInstalled?: boolean,
): { readonly programs: readonly string[]; readonly installs: readonly string[] } | undefined;

/**
 * Finds prerequisites that are missing or too old.
 *
 * @param versionOf Returns the text that a command prints; undefined if it does not exist or fails.
 * @param programs Names of the programs to check; if undefined, all.
 * @returns One sentence for each problem; empty if there is none.
 */
export function findMissing(
  versionOf: (command: readonly string[]) => string | undefined,
  programs?: readonly string[],
): string[];
