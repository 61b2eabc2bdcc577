import { expect, test } from 'vitest';
import { splitArguments } from '../../../local/commands/deploy.ts';

test('context, profile and region go to every command of the CLI, the rest only to deploy, and --replace to none', () => {
  expect(splitArguments(['-c', 'environment=test', '--no-rollback', '--profile=shop', '--replace'])).toEqual({
    isAllowed: true,
    forSynth: ['-c', 'environment=test', '--profile=shop'],
    forDeploy: ['-c', 'environment=test', '--no-rollback', '--profile=shop'],
  });
  expect(splitArguments([])).toEqual({ isAllowed: false, forSynth: [], forDeploy: [] });
});
