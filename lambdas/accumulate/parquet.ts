import { constants, zstdCompressSync } from 'node:zlib';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import type { INTERACTION_COLUMNS } from '../shared/contract/schemas.ts';
import type { Batch } from './batches.ts';

type ColumnName = keyof typeof INTERACTION_COLUMNS;

/**
 * Writes the sales of a batch as a Parquet file: one row group, compressed by Zstandard, with the columns of
 * INTERACTION_COLUMNS in their order.
 *
 * @param batch A batch with at least one sale.
 * @returns The file; always the same bytes for the same batch.
 */
export function toParquet({ range, sales }: Batch): Uint8Array {
  const columns: Record<ColumnName, Omit<ColumnSource, 'name'>> = {
    source: { type: 'STRING', data: sales.map(() => range.source) },
    topic: { type: 'STRING', data: sales.map(() => range.topic) },
    kafka_partition: { type: 'INT32', data: new Int32Array(sales.length).fill(range.partition) },
    kafka_offset: { type: 'INT64', data: BigInt64Array.from(sales, ({ offset }) => BigInt(offset)) },
    kafka_ms: { type: 'INT64', data: BigInt64Array.from(sales, ({ kafkaMs }) => BigInt(kafkaMs)) },
    user: { type: 'STRING', data: sales.map(({ sale }) => sale.user) },
    product: { type: 'STRING', data: sales.map(({ sale }) => sale.product) },
    quantity: { type: 'DOUBLE', data: Float64Array.from(sales, ({ sale }) => sale.quantity) },
    at_ms: { type: 'INT64', data: BigInt64Array.from(sales, ({ sale }) => BigInt(sale.atMs)) },
    type: { type: 'STRING', data: sales.map(({ sale }) => sale.type) },
    order_id: { type: 'STRING', nullable: true, data: sales.map(({ sale }) => sale.orderId) },
    price: { type: 'DOUBLE', nullable: true, data: sales.map(({ sale }) => sale.price) },
    product_name: { type: 'STRING', nullable: true, data: sales.map(({ sale }) => sale.productName) },
    sale_id: { type: 'STRING', nullable: true, data: sales.map(({ sale }) => sale.id) },
  };
  const columnData = Object.entries(columns).map(([name, column]) => ({ name, nullable: false, ...column }));
  const buffer = parquetWriteBuffer({
    columnData,
    codec: 'ZSTD',
    compressors: { ZSTD: zstd },
    rowGroupSize: sales.length,
    // Readers use statistics to skip parts of a file; these files are too small for that.
    statistics: false,
    createdBy: 'cartograph',
  });
  return new Uint8Array(buffer);
}

const zstd = (bytes: Uint8Array): Uint8Array =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
