/** Libraries leave these and have no way to remove them: the output of an app of the CDK, and the code that Node compiled. */
const OF_LIBRARIES = /^(cdk\.out|node-compile-cache$)/;

/** Returns the names in a temporary folder that tests should have removed, sorted. */
export const leftOf = (names: readonly string[]): string[] =>
  names.filter((name) => !OF_LIBRARIES.test(name)).sort();
