import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAnswerer } from '../lambdas/serve/answer/answerer.ts';
import { loadModel } from '../lambdas/serve/answer/model.ts';
import type { Purchases } from '../lambdas/serve/answer/purchases.ts';

/**
 * Loads a model in a process of its own, answers once, and writes how long that took and how much memory it needs:
 * `node bench/answer-process.ts DIRECTORY`, which has answer.json and answer.safetensors.
 */
export interface LoadedProcess {
  /** To read and parse the document and read the tensors, to make the model, and to answer for the first time. */
  readonly readMs: number;
  readonly loadMs: number;
  readonly firstMs: number;
  /** Resident memory of the process, in all and without the model. */
  readonly rssBytes: number;
  readonly emptyRssBytes: number;
}

const [, , directory = ''] = process.argv;
const emptyRssBytes = process.memoryUsage().rss;
const startedMs = performance.now();
const document: unknown = JSON.parse(readFileSync(join(directory, 'answer.json'), 'utf8'));
const tensors = readFileSync(join(directory, 'answer.safetensors'));
const readMs = performance.now();
const model = loadModel(document, tensors);
const answerer = createAnswerer(model);
const loadedMs = performance.now();
answerer.answer(firstPurchases(), { list: 'any', n: 10, because: true });
const found: LoadedProcess = {
  readMs: readMs - startedMs,
  loadMs: loadedMs - readMs,
  firstMs: performance.now() - loadedMs,
  rssBytes: process.memoryUsage().rss,
  emptyRssBytes,
};
console.log(JSON.stringify(found));

/** One unit of each of 60 products, one basket each day. */
function firstPurchases(): Purchases {
  const { count } = model.products;
  const lines = Array.from({ length: Math.min(60, count) }, (_, line) => line);
  return {
    size: lines.length,
    products: Int32Array.from(lines, (line) => Math.floor((line * count) / lines.length)),
    atMs: Float64Array.from(lines, (line) => model.asOfMs - 86_400_000 * (lines.length - line)),
    baskets: Int32Array.from(lines),
    quantities: new Float32Array(lines.length).fill(1),
    prices: new Float32Array(lines.length).fill(Number.NaN),
    weights: new Float32Array(lines.length).fill(1),
    newestMs: model.asOfMs - 1,
  };
}
