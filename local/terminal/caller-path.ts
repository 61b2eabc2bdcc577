import { resolve } from 'node:path';

/**
 * Resolves a path from the directory in which the user called npm. npm runs scripts in the directory of the project and
 * gives the caller's directory in INIT_CWD.
 */
export const callerPath = (path: string, calledFrom = process.env.INIT_CWD): string =>
  resolve(calledFrom ?? process.cwd(), path);
