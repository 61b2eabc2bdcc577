import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { STATE } from '../process/paths.ts';
import { isRunning } from '../process/process-lock.mjs';

/** Addresses and names of the running local pipeline, for the commands that use it. */
export const Endpoints = z.object({
  pid: z.int(),
  /** When process `pid` started, as `startTimeOf` returns it. */
  startTime: z.string(),
  endpoint: z.url(),
  bootstrap: z.string(),
  topic: z.string(),
  /** The consumer group of accumulate's poller. */
  groupId: z.string(),
  bucket: z.string(),
  pagesUrl: z.url(),
  /** Address of the API, without `/v1`; absent if the stack answers no requests. */
  apiUrl: z.url().optional(),
  functions: z.object({
    accumulate: z.string(),
    threshold: z.string(),
    train: z.string(),
    render: z.string(),
    publish: z.string(),
    /** Absent in stacks of version 0.2 and earlier. */
    forget: z.string().optional(),
  }),
});
export type Endpoints = z.infer<typeof Endpoints>;

const FILE = join(STATE, 'endpoints.json');

export const writeEndpoints = (endpoints: Endpoints): void =>
  writeFileSync(FILE, JSON.stringify(endpoints, null, 2));
export const removeEndpoints = (): void => rmSync(FILE, { force: true });

/** @returns The endpoints, or undefined if no pipeline runs on this machine. */
export function findEndpoints(file = FILE): Endpoints | undefined {
  try {
    const endpoints = Endpoints.parse(JSON.parse(readFileSync(file, 'utf8')));
    // A new container counts process ids from 1 again: this process may have the id of the one that wrote the file.
    return endpoints.pid !== process.pid && isRunning(endpoints) ? endpoints : undefined;
  } catch {
    return undefined;
  }
}

/** @throws {Error} If no pipeline runs on this machine. */
export function readEndpoints(): Endpoints {
  const endpoints = findEndpoints();
  if (!endpoints)
    throw new Error('Cannot find a running pipeline: start one with npm start, in another terminal');
  return endpoints;
}
