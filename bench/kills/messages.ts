import { z } from 'zod';
import type { ConfigInput } from '../../local/stack/deploy.ts';
import { Endpoints as LocalEndpoints } from '../../local/stack/endpoints.ts';

/** What the process of a pipeline is started with. */
export const PipelineOptions = z.object({
  directory: z.string().min(1),
  config: z.custom<ConfigInput>((value) => typeof value === 'object' && value !== null),
  partitions: z.int().min(1),
  /** If true, the process continues with the state of the one before. */
  keep: z.boolean(),
});
export type PipelineOptions = z.infer<typeof PipelineOptions>;

/** Addresses and names of a running pipeline. */
const Endpoints = LocalEndpoints.pick({
  endpoint: true,
  bootstrap: true,
  topic: true,
  groupId: true,
  bucket: true,
}).extend({ functions: LocalEndpoints.shape.functions.required() });
export type Endpoints = z.infer<typeof Endpoints>;

/** A message of the process: it is ready, or a poller failed and tries again. */
export const ProcessMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready'), endpoints: Endpoints }),
  z.object({ kind: z.literal('failure'), text: z.string() }),
]);
export type ProcessMessage = z.infer<typeof ProcessMessage>;
