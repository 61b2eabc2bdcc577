import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { endGroup } from './process-group.ts';
import { isRunning, startTimeOf } from './process-lock.mjs';

/** A file that identifies a started program's process: the program's name (`what`), its process id and start time. */
const Note = z.object({ what: z.string(), pid: z.int().positive(), startTime: z.string() });

const SUFFIX = '.pid';

/** Writes a program's note, so that a later start can end the program if the process that started it was killed. */
export function noteProcess(path: string, name: string, pid: number): void {
  const startTime = startTimeOf(pid);
  if (startTime !== undefined) writeFileSync(path, JSON.stringify({ what: name, pid, startTime }));
}

export const removeNote = (path: string): void => rmSync(path, { force: true });

/**
 * Ends the programs that have a note in these directories and still run. A process that merely has the id of a program
 * that has ended is left alone.
 *
 * @param directories May include directories that do not exist.
 * @returns The names of the programs that were ended, such as "the Kafka broker"; empty if none still ran.
 */
export async function endLeftovers(directories: readonly string[]): Promise<string[]> {
  const ended = await Promise.all(directories.flatMap(notesIn).map(endLeftover));
  return ended.filter((name) => name !== undefined);
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
