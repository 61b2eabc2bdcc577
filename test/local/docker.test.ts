import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isCommandName } from '../../local/commands/registry.ts';
import { parseStartOptions } from '../../local/commands/start-options.ts';
import { ROOT } from '../../local/process/paths.ts';

/** No engine is needed for any of this: what the containers run is what the other tests run. */
const path = join(ROOT, 'local', 'docker-compose.yml');
const compose = readFileSync(path, 'utf8');
const dockerfile = readFileSync(join(ROOT, 'local', 'Dockerfile'), 'utf8');
const hasClient = spawnSync('docker', ['compose', 'version']).status === 0;

test.skipIf(!hasClient)('docker compose takes the file (skipped where the client is not there)', () => {
  const { status, stderr } = spawnSync('docker', ['compose', '-f', path, 'config', '--quiet'], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('images from elsewhere are pinned', () => {
  const images = [...compose.matchAll(/image: (\S+:\S+)/g), ...dockerfile.matchAll(/^FROM (\S+)/gm)].map(
    ([, image]) => image,
  );
  expect(images).toHaveLength(2);
  for (const image of images) expect(image).toMatch(/:\d/);
});

test('what the containers run is there, and the options of the pipeline are good', () => {
  const commands = [...compose.matchAll(/^ {4}command: (\[.*\])$/gm)].map(([, text = '']): string[] =>
    JSON.parse(text),
  );
  expect(commands.map(([name]) => name)).toEqual(['emulate', 'start']);
  for (const [name] of commands) expect(isCommandName(name)).toBe(true);
  expect(parseStartOptions(commands[1]?.slice(1) ?? [])).toMatchObject({
    bootstrap: 'kafka:9092',
    endpoint: 'http://aws:4566',
  });
});

test('only this machine reaches what the containers publish', () => {
  const ports = /ports:\n((?: +- .*\n)+)/.exec(compose)?.[1]?.trim().split('\n') ?? [];
  expect(ports.length).toBeGreaterThan(0);
  for (const port of ports) expect(port).toMatch(/- 127\.0\.0\.1:\d+:\d+/);
});

test('containers are stopped with the signal that their first process passes on', () => {
  for (const [, signal] of compose.matchAll(/stop_signal: (\S+)/g)) expect(signal).toBe('SIGTERM');
});

test('sales stay on the topic however old they are, as with the broker of npm start', () => {
  expect(compose).toMatch(/^ +KAFKA_LOG_RETENTION_MS: -1$/m);
  expect(compose).toMatch(/^ +KAFKA_LOG_RETENTION_BYTES: -1$/m);
});

test('nothing that was installed or run here gets into the image', () => {
  const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  for (const folder of ['.git', '.cartograph', 'node_modules', 'spark/target'])
    expect(ignored).toContain(folder);
});
