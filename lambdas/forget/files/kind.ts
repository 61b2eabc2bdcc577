import type { RunFile } from '../../shared/contract/schemas.ts';

/** The users to be forgotten, as one object of the bucket sees them. Users are as stored: ids, or pseudonyms. */
export interface Erased {
  /** All users that may have to be removed from the object. */
  readonly users: ReadonlySet<string>;
  /**
   * Returns whether something of a user is removed.
   *
   * @param kafkaMs Kafka's timestamp of a sale, epoch ms; -1 if it has none. Undefined for what a run made of all sales of the user.
   */
  isErased(user: string, kafkaMs?: number): boolean;
}

/** What becomes of an object. */
export type Rewritten = { readonly changed: false } | Changed;

export interface Changed {
  readonly changed: true;
  /** Null if the object should be deleted. */
  readonly bytes: Uint8Array | null;
  /** Number of rows, lines or entries that were removed or masked; at least 1. */
  readonly removedRows: number;
}

/** Other files of the run that a file belongs to. */
export interface RunContext {
  /** The files as the manifest lists them. */
  readonly files: readonly Pick<RunFile, 'name' | 'key' | 'sizeBytes'>[];
  /**
   * Reads a file or a part of it.
   *
   * @param name As in the manifest.
   * @throws {Error} If there is no such file.
   */
  read(name: string, range?: { readonly offset: number; readonly sizeBytes: number }): Promise<Uint8Array>;
}

/** A kind of object, and how users are removed from it. What the kind cannot hold is never decoded. */
export interface FileKind {
  readonly name: string;
  /** Where objects of this kind hold users, as a sentence for people; undefined if they hold none. */
  readonly holds: string | undefined;
  /** Returns whether an object is of this kind, by its key. At most one kind has a key. */
  matches(key: string): boolean;
  /**
   * Returns false if the object cannot hold any of the users, so that it need not be read. Absent if only its bytes show that.
   *
   * @param run Undefined for objects that belong to no run.
   */
  mayHold?(key: string, erased: Erased, run: RunContext | undefined): boolean;
  /**
   * Removes the users. The same bytes and users give the same result, and what is rewritten once is not changed by a second call.
   *
   * @param run Needed for files of runs.
   * @throws {Error} If the bytes are damaged. The message has no id.
   */
  rewrite(bytes: Uint8Array, erased: Erased, run?: RunContext): Rewritten | Promise<Rewritten>;
  /** Counts the rows as the manifest does: without headers; 1 for a document. */
  rows(bytes: Uint8Array): number;
}

export const UNCHANGED: Rewritten = { changed: false };
