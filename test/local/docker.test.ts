import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isCommandName } from '../../local/commands/registry.ts';
import { parseStartOptions } from '../../local/commands/start-options.ts';
import { ROOT } from '../../local/process/paths.ts';
import { BASE_IMAGES, LOCALSTACK_IMAGES } from '../compose/engine.ts';

/** These tests need no container engine. Those in test/compose run the containers. */
const FILES = ['local/docker-compose.yml', 'local/docker-compose.ministack.yml'] as const;
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const [compose, ministack] = FILES.map(read) as [string, string];
const dockerfile = read('local/Dockerfile');
const hasClient = spawnSync('docker', ['compose', 'version']).status === 0;

test.skipIf(!hasClient).each([[[FILES[0]]], [FILES], [[...FILES, 'test/compose/ports.yml']]])(
  'docker compose accepts %s (skipped if the client is not installed)',
  (files) => {
    const names = files.flatMap((file) => ['-f', join(ROOT, file)]);
    const { status, stderr } = spawnSync('docker', ['compose', ...names, 'config', '--quiet'], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  },
);

/** The images that others publish, each once: those of services that are not built here, and those that a stage starts from. */
function externalImages(): string[] {
  const stages = [...dockerfile.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, name]) => name);
  const images = [
    ...[...compose.matchAll(/image: (?:&\w+ )?(\S+)/g)].map(([, image = '']) => image),
    ...[...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image = '']) => image),
  ];
  return [...new Set(images)].filter(
    (image) => !image.startsWith('*') && !image.startsWith('cartograph') && !stages.includes(image),
  );
}

test('external images have a fixed version, and are those that the tests with containers look for', () => {
  for (const image of externalImages()) expect(image).toMatch(/:\d/);
  expect(externalImages().toSorted()).toEqual([...BASE_IMAGES, ...LOCALSTACK_IMAGES].toSorted());
});

test('the image of Spark has the version of Spark and Scala that the job is compiled for', () => {
  const pom = read('spark/pom.xml');
  const versionOf = (name: string): string => new RegExp(`<${name}>(.+)</${name}>`).exec(pom)?.[1] ?? name;
  const tag = `apache/spark:${versionOf('spark.version')}-scala${versionOf('scala.binary')}-java17-python3-ubuntu`;
  expect(externalImages().filter((image) => image.startsWith('apache/spark:'))).toEqual([tag]);
  expect(dockerfile).toContain(`FROM ${tag} AS distribution`);
});

test('the commands that the containers run exist, and their options are valid', () => {
  const commands = [...`${compose}${ministack}`.matchAll(/^ {4}command:\s+(\[[^\]]*\])$/gm)]
    .map(([, text = '']): string[] => JSON.parse(text.replace(/,\s*\]$/, ']')))
    // The cluster's own programs.
    .filter(([name = '']) => !name.startsWith('/'));
  expect(commands.map(([name]) => name)).toEqual(['4567', 'start', 'emulate']);
  const [serveJobs = [], start = [], emulate = []] = commands;
  expect(isCommandName('start') && isCommandName('emulate')).toBe(true);
  expect(parseStartOptions(start.slice(1))).toMatchObject({
    bootstrap: 'kafka:9092',
    endpoint: 'http://aws:4566',
  });
  // The ports that are published.
  expect(start.join(' ')).toContain('--port 8080 --api-port 8081');
  expect(compose).toContain('- 127.0.0.1:8081:8081');
  expect(serveJobs).toEqual(['4567', 'http://aws:4566']);
  expect(emulate.slice(1)).toEqual(['4566', 'http://spark:4567']);
  expect(compose).toContain('-e AWS_ENDPOINT_URL_EMR_SERVERLESS=http://spark:4567');
});

test('only LocalStack may use the engine, which gives the rights of root on the machine', () => {
  expect(compose.match(/docker\.sock:/g)).toHaveLength(1);
  expect(compose).toContain('gives it the rights of root');
  expect(ministack).toMatch(/volumes: !reset \[\]/);
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
  const ignored = read('.dockerignore').split('\n');
  for (const folder of ['.git', '.cartograph', 'node_modules', 'spark/target'])
    expect(ignored).toContain(folder);
});
