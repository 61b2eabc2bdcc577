import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { endGroup } from './process-group.ts';
import { isRunning, startTimeOf } from './process-lock.mjs';

/** A program that was started here: what it is, and which process. */
const Note = z.object({ what: z.string(), pid: z.int().positive(), startTime: z.string() });

const SUFFIX = '.pid';

/** Notes which process a program is, so that it can be ended when the one that started it was killed. */
export function noteProcess(path: string, what: string, pid: number): void {
  const startTime = startTimeOf(pid);
  if (startTime !== undefined) writeFileSync(path, JSON.stringify({ what, pid, startTime }));
}

export const removeNote = (path: string): void => rmSync(path, { force: true });

/**
 * Ends the programs that are noted in these directories and still run. A process that has only got the number of one
 * of them is left alone.
 *
 * @returns what was ended, "the Kafka broker"
 */
export async function endLeftovers(directories: readonly string[]): Promise<string[]> {
  const ended = await Promise.all(directories.flatMap(notesIn).map(endLeftover));
  return ended.filter((what) => what !== undefined);
}

async function endLeftover(path: string): Promise<string | undefined> {
  const note = readNote(path);
  const wasRunning = note !== undefined && isRunning(note);
  if (wasRunning) await endGroup(note.pid, () => isRunning(note));
  removeNote(path);
  return wasRunning ? note.what : undefined;
}

function readNote(path: string): z.infer<typeof Note> | undefined {
  try {
    return Note.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

function notesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => join(directory, name));
  } catch {
    return [];
  }
}
