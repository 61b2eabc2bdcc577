import { readFileSync } from 'node:fs';
import { parquetMetadata } from 'hyparquet';
import { ROOT } from '../../local/process/paths.ts';

/** What docs/files.md says of a table: which files hold it, and its columns in their order, with their types. */
export interface DescribedTable {
  readonly names: readonly string[];
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

const PAGE = readFileSync(`${ROOT}docs/files.md`, 'utf8');
const inQuotes = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

/** Tables by their headings; graph.graphml has none of its own. */
export const describedTables = (): DescribedTable[] =>
  PAGE.split('\n### ')
    .slice(1)
    .map((section) => ({
      names: inQuotes(section.split('\n', 1)[0] ?? ''),
      columns: [...(section.split('\n## ', 1)[0]?.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm) ?? [])].map(
        ([, name = '', type = '']) => ({ name, type: type.trim() }),
      ),
    }));

/** Documents of the table of documents: file and name of its schema. */
export const describedDocuments = (): { readonly name: string; readonly schema: string }[] =>
  [...PAGE.matchAll(/^\| `([\w/-]+\.json(?:\.gz)?)` \| `(\w+)` in /gm)].map(([, name = '', schema = '']) => ({
    name,
    schema,
  }));

/** Tensors of `model/answer.safetensors`: one of each kind of link and of each list. A length in quotes differs from run to run. */
export const describedTensors = (): {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly string[];
}[] =>
  [...PAGE.matchAll(/^\| `([a-z]+\.[\w.]+)` \| (\w+) \[([^\]]+)\] \|/gm)].flatMap(
    ([, name = '', type = '', shape = '']) => {
      const kinds = name.includes('KIND') ? ['users', 'baskets', 'after'] : ['any', 'new'];
      const names = /KIND|LIST/.test(name) ? kinds.map((kind) => name.replace(/KIND|LIST/, kind)) : [name];
      return names.map((each) => ({ name: each, type, shape: shape.split(', ') }));
    },
  );

/** Whether a file of a run is one that the page calls so: NNNNN stands for five digits. */
export const isCalled = (described: string, name: string): boolean =>
  new RegExp(`^${described.replaceAll('.', '\\.').replace('NNNNN', '\\d{5}')}$`).test(name);

const WORDS: Readonly<Record<string, string>> = {
  BYTE_ARRAY: 'text',
  INT32: 'int32',
  INT64: 'int64',
  DOUBLE: 'double',
};

/** Columns of a Parquet file in the words of the page. */
export function parquetColumns(bytes: Uint8Array): DescribedTable['columns'] {
  const { schema } = parquetMetadata(new Uint8Array(bytes).buffer);
  const columns = [];
  for (let at = 1; at < schema.length; at++) {
    const element = schema[at];
    if (!element) break;
    const isList = element.converted_type === 'LIST';
    const word = isList ? 'list of float' : (WORDS[element.type ?? ''] ?? `unknown type ${element.type}`);
    columns.push({
      name: element.name,
      type: element.repetition_type === 'OPTIONAL' ? `${word}, optional` : word,
    });
    // Below a list stand the repeated group and its element.
    if (isList) at += 2;
  }
  return columns;
}

/** Attributes of GraphML by what they are for: `node` or `edge`. */
export const graphMlAttributes = (text: string, of: 'node' | 'edge'): string[] =>
  [...text.matchAll(/<key id="\w+" for="(\w+)" attr\.name="(\w+)"/g)]
    .filter(([, kind]) => kind === of)
    .map(([, , name = '']) => name);
