import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { createPersonKey } from '../../lambdas/shared/privacy/person-key.ts';
import { addTombstones, writeFileLake } from '../../local/lake/file-lake.ts';
import { plantShop } from '../../local/shop/shop.ts';
import { SIMULATION_END_MS, simulate } from '../../local/shop/simulate.ts';
import { fileJobCommand } from '../../local/spark/file-job.ts';
import { awsEnvironment } from '../../local/stack/emulator.ts';
import { keyOf, manifestOf, rowsOf } from './lake-files.ts';

/** The real job, by spark-submit, after a user was forgotten. ForgottenUsersTest.scala tests what it leaves out. */
const directory = mkdtempSync(join(tmpdir(), 'cartograph-forgotten-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const SECRET = 'the secret of this test, and of nothing else';
const ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:PersonKey-AbCdEf';
const lake = join(directory, 'lake');

const run = promisify(execFile);

/** Answers as Secrets Manager. @param meanwhile Called while the job waits for an answer. */
async function withSecretsManager(
  meanwhile: () => Promise<void>,
  body: (endpoint: string) => Promise<void>,
): Promise<string[]> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      requests.push(`${request.headers['x-amz-target']} ${await text(request)}`);
      await meanwhile();
      response.end(JSON.stringify({ SecretString: SECRET }));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
  return requests;
}

test('a job with tombstones reads the secret itself; no process argument, log or file shows it', {
  timeout: 180_000,
}, async () => {
  const shop = plantShop(1, { users: 60, products: 40 });
  const records = [...simulate({ shop, seed: 1, count: 2_000, endMs: SIMULATION_END_MS, days: 90 })];
  const window = writeFileLake(lake, [records], { rank: 8 });
  const [forgotten, kept] = shop.users.map(({ id }) => id);
  if (!forgotten || !kept) throw new Error('The shop has no users');
  addTombstones(lake, window, {
    key: createPersonKey(SECRET),
    users: [forgotten],
    untilMs: SIMULATION_END_MS,
  });
  const args = fileJobCommand({ lake, directory, settings: { 'spark.cartograph.personSecret': ARN } });
  let processes = '';
  let output = '';
  const requests = await withSecretsManager(
    async () => {
      processes += (await run('ps', ['-eo', 'args'], { maxBuffer: 1e8 })).stdout;
    },
    async (endpoint) => {
      const env = { PATH: process.env.PATH ?? '', ...awsEnvironment(endpoint) };
      const { stdout, stderr } = await run('java', args, { env, maxBuffer: 1e8 });
      output = stdout + stderr;
    },
  );
  expect(requests).toEqual([`secretsmanager.GetSecretValue {"SecretId":"${ARN}"}`]);
  expect(processes).toContain(`spark.cartograph.personSecret=${ARN}`);
  const { inputs } = manifestOf(lake);
  expect(inputs.tombstones).toMatchObject({ through: 1 });
  expect(inputs.tombstones?.interactions).toBeGreaterThan(0);
  const users = new Set(rowsOf(lake, keyOf(manifestOf(lake), 'recommendations.csv')).map(({ user }) => user));
  expect(users.has(forgotten)).toBe(false);
  expect(users.has(kept)).toBe(true);
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((file) =>
    file.isFile(),
  );
  const contents = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'));
  for (const content of [processes, output, ...contents]) expect(content).not.toContain(SECRET);
});
