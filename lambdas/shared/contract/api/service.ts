import * as z from 'zod';
import { AnsweringRun } from './fields.ts';
import { operation } from './operation.ts';

export const health = operation({
  summary: 'Whether the API answers at all',
  description: 'Reads nothing.',
  replies: {
    200: {
      description: 'It does',
      schema: z.strictObject({ status: z.literal('ok') }),
      example: { status: 'ok' },
    },
  },
});

export const ready = operation({
  summary: 'Whether a run is loaded',
  description: 'Before the first run is published, and if its files cannot be read, this is a 503.',
  replies: {
    200: {
      description: 'A run is loaded',
      schema: z.strictObject({ status: z.literal('ready'), run: AnsweringRun }),
      example: { status: 'ready', run: { run: 2, newestSaleMs: 1_782_820_800_000 } },
    },
  },
});

export const openapi = operation({
  summary: 'This document',
  description: 'The OpenAPI 3.1 document of the API.',
  replies: {
    200: { description: 'The document', schema: z.looseObject({ openapi: z.literal('3.1.1') }) },
  },
});
