import type { ErasedObject } from '../shared/contract/erasure.ts';
import type { Manifest } from '../shared/contract/schemas.ts';
import type { FileKind } from './files/kind.ts';

/** The kinds of objects, and what depends on several objects of a run. */
export interface Kinds {
  /** Returns the kind of an object; undefined if objects like it hold no user. */
  kindOf(key: string): FileKind | undefined;
  /** Sorts the names of a run's files so that a file comes after those that its rewriting reads. */
  inOrder(names: readonly string[]): string[];
  /** Describes the files of a run as they are now, and adds what was erased. @param changes Of files of this run. */
  reviseManifest(manifest: Manifest, erasure: number, changes: readonly ErasedObject[]): Manifest;
}
