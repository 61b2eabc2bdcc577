import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** `package.json` is the place of the version; where a tool needs it elsewhere, it must be equal. */

const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8');

const { version, devDependencies } = JSON.parse(read('package.json')) as {
  version: string;
  devDependencies: Record<string, string>;
};

/** The version of the project itself, which stands before those of its dependencies. */
const pomVersion = (path: string): string | undefined => /<version>([^<]+)<\/version>/.exec(read(path))?.[1];

test('the version is the same in every place', () => {
  const lock = JSON.parse(read('package-lock.json')) as {
    version: string;
    packages: Record<string, { version: string }>;
  };
  expect({
    'package-lock.json': lock.version,
    'package-lock.json, its root': lock.packages['']?.version,
    'spark/pom.xml': pomVersion('spark/pom.xml'),
    'local/maven/pom.xml': pomVersion('local/maven/pom.xml'),
    'Run.scala': /val Version = "([^"]+)"/.exec(read('spark/src/main/scala/cartograph/Run.scala'))?.[1],
  }).toEqual({
    'package-lock.json': version,
    'package-lock.json, its root': version,
    'spark/pom.xml': version,
    'local/maven/pom.xml': version,
    'Run.scala': version,
  });
});

test('the changelog begins with what is not released yet, and then has this version', () => {
  const headings = [...read('CHANGELOG.md').matchAll(/^## \[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?$/gm)];
  expect(headings.slice(0, 2).map(([, name]) => name)).toEqual(['Unreleased', version]);
  for (const [heading, , day] of headings.slice(1)) expect(day, heading).toBeDefined();
});

test('everything runs on one version of Node', () => {
  const major = devDependencies.node?.split('.')[0];
  expect(read('.nvmrc').trim()).toBe(major);
  expect(read('lib/stage-function.ts')).toContain(`NODEJS_${major}_X`);
  expect(read('lib/bundle.ts')).toContain(`target: 'node${major}'`);
  expect(read('local/Dockerfile')).toContain(`FROM node:${major}-`);
});
