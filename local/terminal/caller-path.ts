import { resolve } from 'node:path';

/** A path as the person meant it who typed it: npm runs scripts in the project, and says in INIT_CWD where it was called. */
export const callerPath = (path: string, calledFrom = process.env.INIT_CWD): string =>
  resolve(calledFrom ?? process.cwd(), path);
