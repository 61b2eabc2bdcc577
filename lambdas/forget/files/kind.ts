import type { RunFile } from '../../shared/contract/schemas.ts';

/** The users to be forgotten, as one object of the bucket sees them. Users are as stored: ids, or pseudonyms. */
export interface Forgotten {
  /** All users that may have to be removed from the object. */
  readonly users: ReadonlySet<string>;
  /**
   * Returns whether something of a user is removed.
   *
   * @param kafkaMs Kafka's timestamp of a sale, epoch ms; -1 if it has none. Undefined for what a run made of all sales of the user.
   */
  isForgotten(user: string, kafkaMs?: number): boolean;
}

/** The result of rewriting an object. */
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

/** An object that is rewritten. */
export interface Source {
  readonly key: string;
  /** The run that the object is a file of; undefined for other objects. */
  readonly run?: RunContext | undefined;
}

/** A kind of object, and how users are removed from it. */
export interface FileKind {
  readonly name: string;
  /** A phrase for people that says where objects of this kind hold users; undefined if they hold none, and then they are not read. */
  readonly holds: string | undefined;
  /** Returns whether an object is of this kind, by its key. At most one kind has a key. */
  matches(key: string): boolean;
  /** Returns false if the object cannot hold any of the users, so that it need not be read. Absent if only its bytes show that. */
  mayHold?(source: Source, forgotten: Forgotten): boolean | Promise<boolean>;
  /**
   * Removes the users. The same bytes and users give the same result, and what is rewritten once is not changed by a second call.
   *
   * @throws {Error} If the bytes are damaged. The message has no id.
   */
  rewrite(bytes: Uint8Array, forgotten: Forgotten, source: Source): Rewritten | Promise<Rewritten>;
  /** Counts the rows as the manifest does: without headers; 1 for a document. */
  rows(bytes: Uint8Array): number;
  /** True for pictures and pages: `rewrite` does nothing, and `redraw` makes them again from the rewritten files of their run. */
  readonly isDrawn?: true;
}

export const UNCHANGED: Rewritten = { changed: false };
