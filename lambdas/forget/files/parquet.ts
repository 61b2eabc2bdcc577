import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { type DecodedArray, type FileMetaData, parquetMetadata, parquetScan } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { type Rewritten, UNCHANGED } from './kind.ts';

/** Recognises the rows of a table. */
export interface ParquetTable {
  /** The columns that `isRemoved` needs. A column that a file does not have is left out. */
  readonly columns: readonly string[];
  /** @param row The values of these columns, in their order. */
  readonly isRemoved: (row: readonly unknown[]) => boolean;
  /** Those of the columns that name users. */
  readonly userColumns: readonly string[];
  /** Returns whether a column may name one of the users, by its least and its greatest value in a row group. */
  readonly mayHold: (least: string, greatest: string) => boolean;
}

/**
 * Leaves rows out of a Parquet file. Columns, their types and the compression stay, and so does the order of the rows. A file without
 * rows has no row group. A batch of accumulate is written as accumulate would have written it without these rows.
 *
 * Row groups are decoded one at a time, and only if rows are removed more than the columns that show that.
 */
export async function rewriteParquet(bytes: Uint8Array, table: ParquetTable): Promise<Rewritten> {
  const metadata = parquetMetadata(bytes);
  const scan = await parquetScan({ file: bufferOf(bytes), metadata, compressors, useOffsetIndex: false });
  const groups = groupsOf(metadata);
  const removed: (Uint8Array | undefined)[] = [];
  for (const group of groups) removed.push(await removedIn(group, scan.readColumn, { metadata, table }));
  const removedRows = removed.reduce(
    (sum, flags) => sum + (flags?.reduce((count, flag) => count + flag, 0) ?? 0),
    0,
  );
  if (removedRows === 0) return UNCHANGED;

  const writer = writerLike(metadata);
  for (const [index, { rowStart, rowEnd }] of groups.entries()) {
    const flags = removed[index];
    const columnData = [];
    for (const name of columnsOf(metadata)) {
      const data = await scan.readColumn({ column: name, rowStart, rowEnd });
      columnData.push({ name, data: flags ? keep(data, flags) : data });
    }
    // A group that has lost all its rows is not written.
    writer.write({ columnData, rowGroupSize: Math.max(1, rowEnd - rowStart) });
  }
  writer.finish();
  return { changed: true, bytes: new Uint8Array(writer.writer.getBuffer()), removedRows };
}

/** Counts the rows of a Parquet file. */
export const parquetRows = (bytes: Uint8Array): number => Number(parquetMetadata(bytes).num_rows);

interface Group {
  readonly rowStart: number;
  readonly rowEnd: number;
  readonly chunks: FileMetaData['row_groups'][number]['columns'];
}

function groupsOf(metadata: FileMetaData): Group[] {
  let rowEnd = 0;
  return metadata.row_groups.flatMap(({ num_rows, columns: chunks }) => {
    const rowStart = rowEnd;
    rowEnd += Number(num_rows);
    return rowEnd > rowStart ? [{ rowStart, rowEnd, chunks }] : [];
  });
}

/** Returns 1 for each row that is removed; undefined if there are none. */
async function removedIn(
  { rowStart, rowEnd, chunks }: Group,
  readColumn: Awaited<ReturnType<typeof parquetScan>>['readColumn'],
  { metadata, table }: { readonly metadata: FileMetaData; readonly table: ParquetTable },
): Promise<Uint8Array | undefined> {
  const { isRemoved, userColumns, mayHold } = table;
  if (!userColumns.some((name) => columnMayHold(chunks, name, mayHold))) return undefined;
  const known = columnsOf(metadata);
  const columns = table.columns.filter((name) => known.includes(name));
  const data = await Promise.all(columns.map((column) => readColumn({ column, rowStart, rowEnd })));
  const flags = new Uint8Array(rowEnd - rowStart);
  let count = 0;
  for (let row = 0; row < flags.length; row++)
    if (isRemoved(data.map((values) => values[row]))) {
      flags[row] = 1;
      count += 1;
    }
  return count === 0 ? undefined : flags;
}

/** Without statistics, a column may hold anything. */
function columnMayHold(chunks: Group['chunks'], name: string, mayHold: ParquetTable['mayHold']): boolean {
  const { statistics } =
    chunks.find(({ meta_data }) => meta_data?.path_in_schema[0] === name)?.meta_data ?? {};
  const { min_value: least, max_value: greatest } = statistics ?? {};
  return typeof least !== 'string' || typeof greatest !== 'string' || mayHold(least, greatest);
}

function keep(data: DecodedArray, flags: Uint8Array): unknown[] {
  const kept: unknown[] = [];
  for (let row = 0; row < flags.length; row++) if (flags[row] === 0) kept.push(data[row]);
  return kept;
}

const columnsOf = ({ schema }: FileMetaData): string[] => {
  const names: string[] = [];
  for (let at = 1; at < schema.length; at += 1 + descendants(schema, at)) names.push(schema[at]?.name ?? '');
  return names;
};

function descendants(schema: FileMetaData['schema'], at: number): number {
  let count = 0;
  for (let child = 0; child < (schema[at]?.num_children ?? 0); child++)
    count += 1 + descendants(schema, at + count + 1);
  return count;
}

/** Creates a writer with the schema and the compression of a file, and with statistics if the file has them. */
function writerLike(metadata: FileMetaData): ParquetWriter {
  const chunk = metadata.row_groups[0]?.columns[0]?.meta_data;
  return new ParquetWriter({
    writer: new ByteWriter(),
    schema: metadata.schema,
    codec: chunk?.codec ?? 'ZSTD',
    compressors: { ZSTD: zstd },
    statistics: chunk?.statistics !== undefined,
    ...(metadata.key_value_metadata && { kvMetadata: metadata.key_value_metadata }),
    createdBy: 'cartograph',
  });
}

const zstd = (bytes: Uint8Array): Uint8Array =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });

const compressors = { ZSTD: (input: Uint8Array): Uint8Array => zstdDecompressSync(input) };

const bufferOf = (bytes: Uint8Array) => ({
  byteLength: bytes.length,
  // The slice of a Buffer would not be a copy.
  slice: (start: number, end = bytes.length): ArrayBuffer =>
    bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + end) as ArrayBuffer,
});
