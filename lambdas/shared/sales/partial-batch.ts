/**
 * The records that the poller must deliver again: those of a partition from an offset on. The identifier must be an object;
 * a string would make Lambda retry the whole batch.
 */
export interface PartialBatchResponse {
  readonly batchItemFailures: readonly {
    readonly itemIdentifier: { readonly partition: string; readonly offset: number };
  }[];
}

/**
 * Fails the whole invocation if a partition could not be stored. For pollers that do not read partial answers: they take
 * every answer for success and commit. The partitions that were stored are delivered again too, which changes nothing.
 *
 * @throws {Error} If a partition could not be stored; the message names each such partition and its first offset.
 */
export function throwFailures({ batchItemFailures }: PartialBatchResponse): void {
  if (batchItemFailures.length === 0) return;
  const failed = batchItemFailures.map(
    ({ itemIdentifier: { partition, offset } }) => `${partition} from offset ${offset}`,
  );
  throw new Error(`Cannot store ${failed.join(', ')}: the whole batch must be delivered again`);
}
