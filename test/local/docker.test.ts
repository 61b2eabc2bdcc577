import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isCommandName } from '../../local/commands/registry.ts';
import { parseStartOptions } from '../../local/commands/start-options.ts';
import { ROOT } from '../../local/process/paths.ts';

/** These tests need no container engine. The other tests run the code that the containers run. */
const path = join(ROOT, 'local', 'docker-compose.yml');
const compose = readFileSync(path, 'utf8');
const dockerfile = readFileSync(join(ROOT, 'local', 'Dockerfile'), 'utf8');
const hasClient = spawnSync('docker', ['compose', 'version']).status === 0;

test.skipIf(!hasClient)('docker compose accepts the file (skipped if the client is not installed)', () => {
  const { status, stderr } = spawnSync('docker', ['compose', '-f', path, 'config', '--quiet'], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('external images have a fixed version', () => {
  const images = [...compose.matchAll(/image: (\S+:\S+)/g), ...dockerfile.matchAll(/^FROM (\S+)/gm)].map(
    ([, image]) => image,
  );
  expect(images).toHaveLength(2);
  for (const image of images) expect(image).toMatch(/:\d/);
});

test('the commands that the containers run exist, and their options are valid', () => {
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

test('the ports that the containers publish are reachable from this machine only', () => {
  const ports = /ports:\n((?: +- .*\n)+)/.exec(compose)?.[1]?.trim().split('\n') ?? [];
  expect(ports.length).toBeGreaterThan(0);
  for (const port of ports) expect(port).toMatch(/- 127\.0\.0\.1:\d+:\d+/);
});

test('containers are stopped with the signal that their first process handles', () => {
  for (const [, signal] of compose.matchAll(/stop_signal: (\S+)/g)) expect(signal).toBe('SIGTERM');
});

test('sales stay on the topic at any age, as with the broker of npm start', () => {
  expect(compose).toMatch(/^ +KAFKA_LOG_RETENTION_MS: -1$/m);
  expect(compose).toMatch(/^ +KAFKA_LOG_RETENTION_BYTES: -1$/m);
});

test('files that were installed or made on this machine are not copied into the image', () => {
  const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  for (const folder of ['.git', '.cartograph', 'node_modules', 'spark/target'])
    expect(ignored).toContain(folder);
});
