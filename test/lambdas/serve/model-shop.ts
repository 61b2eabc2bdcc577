import { readdirSync, readFileSync } from 'node:fs';
import { createModelEngine } from '../../../lambdas/serve/model-engine.ts';
import { manifestKey } from '../../../lambdas/shared/contract/keys.ts';
import manifest from '../../fixtures/manifest.json' with { type: 'json' };
import { openShop, publishRun } from './shop.ts';

/** A model that the Spark job wrote; `expected.json.gz` beside it has the lists that it published. */
export const MODEL_DIRECTORY = 'test/fixtures/answer';

/** The engine of the saved model. */
export const savedEngine = () =>
  createModelEngine(
    JSON.parse(readFileSync(`${MODEL_DIRECTORY}/model/answer.json`, 'utf8')),
    readFileSync(`${MODEL_DIRECTORY}/model/answer.safetensors`),
  ).engine;

/** A shop that serves the saved model. */
export function openModelShop() {
  const shop = openShop({ hasRun: false, createEngine: createModelEngine });
  const { lake } = shop;
  const names = readdirSync(`${MODEL_DIRECTORY}/model`).map((name) => `model/${name}`);
  for (const name of names)
    lake.objects.set(`runs/1/1/${name}`, {
      bytes: readFileSync(`${MODEL_DIRECTORY}/${name}`),
      storedAtMs: lake.nowMs,
    });
  const files = names.map((name) => ({
    name,
    key: `runs/1/1/${name}`,
    sizeBytes: 1,
    rows: 1,
    sha256: '0'.repeat(64),
  }));
  const text = JSON.stringify({ ...manifest, run: 1, files });
  lake.objects.set(manifestKey(1), { bytes: Buffer.from(text), storedAtMs: lake.nowMs });
  publishRun(lake, 1);
  return shop;
}
