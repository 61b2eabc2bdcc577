import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { PREFIX } from '../../lambdas/shared/contract/keys.ts';
import type { Pipeline } from '../../local/pipeline/pipeline.ts';
import { awsClient } from '../../local/stack/emulator.ts';

/** Reads objects of the bucket for the tests, and removes and restores one. */
export class Bucket {
  private readonly pipeline: Pipeline;
  private readonly client: S3Client;

  constructor(pipeline: Pipeline) {
    this.pipeline = pipeline;
    this.client = new S3Client(awsClient(pipeline.endpoint));
  }

  async bytes(key: string): Promise<Uint8Array> {
    const { Body } = await this.client.send(new GetObjectCommand({ Bucket: this.pipeline.bucket, Key: key }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  }

  async keys(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.pipeline.lake.list(prefix)) keys.push(key);
    return keys;
  }

  /** Reads every row of every interaction batch. */
  async interactions(): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    for (const key of await this.keys(PREFIX.interactions)) {
      const file = new Uint8Array(await this.bytes(key)).buffer;
      rows.push(...(await parquetReadObjects({ file, compressors })));
    }
    return rows;
  }

  /** Reads every line under rejected/. */
  async rejected(): Promise<{ readonly reason: string; readonly value: string | null }[]> {
    const texts = await Promise.all(
      (await this.keys(PREFIX.rejected)).map(async (key) => Buffer.from(await this.bytes(key)).toString()),
    );
    return texts.flatMap((text) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
  }

  /** Deletes an object. @returns A function that restores it. */
  async remove(key: string): Promise<() => Promise<void>> {
    const location = { Bucket: this.pipeline.bucket, Key: key };
    const bytes = await this.bytes(key);
    await this.client.send(new DeleteObjectCommand(location));
    return async () => void (await this.client.send(new PutObjectCommand({ ...location, Body: bytes })));
  }
}
