import { expect, test } from 'vitest';
import { optionOf, splitArguments } from '../../../local/commands/deploy.ts';

test('context, profile and region go to every command of the CLI, the rest only to deploy, and --replace to none', () => {
  expect(splitArguments(['-c', 'environment=test', '--no-rollback', '--profile=shop', '--replace'])).toEqual({
    isAllowed: true,
    forSynth: ['-c', 'environment=test', '--profile=shop'],
    forDeploy: ['-c', 'environment=test', '--no-rollback', '--profile=shop'],
  });
  expect(splitArguments([])).toEqual({ isAllowed: false, forSynth: [], forDeploy: [] });
});

test('the value of an option is found in both forms', () => {
  expect(optionOf(['-c', 'a=b', '--profile', 'shop'], '--profile')).toBe('shop');
  expect(optionOf(['--profile=shop'], '--profile')).toBe('shop');
  expect(optionOf(['-c', 'a=b'], '--profile')).toBeUndefined();
});
