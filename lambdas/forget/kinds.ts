import type { FieldMap } from '../shared/sales/field-map.ts';
import type { FileKind } from './files/kind.ts';
import { createFileKinds, kindOf } from './files/registry.ts';

/** Finds the kind of an object by its key; undefined for an object that no stage writes. */
export type KindOf = (key: string) => FileKind | undefined;

/** @param fieldMap The names of the fields on the topic, by which rejected records name their users. */
export function createKindOf(fieldMap: FieldMap): KindOf {
  const kinds = createFileKinds(fieldMap);
  return (key) => kindOf(kinds, key);
}
