import { expect, test } from 'vitest';
import { commandLine } from '../../../local/commands/cost.ts';
import { DEFAULTS } from '../../../local/cost/defaults.ts';
import { parseCommandLine } from '../../../local/terminal/command-line.ts';

const optionsOf = (...args: readonly string[]) => parseCommandLine(commandLine(), args).opts();

test.each([
  [['--sales-per-month', 'lots'], 'should be a number from 0 to 10,000,000,000, such as 1e6'],
  [['--sales-per-month', '1e11'], 'should be a number from 0 to 10,000,000,000'],
  [['--stream', 'servreless'], 'Allowed choices are serverless, provisioned, existing.'],
  [['--pollers', 'none'], 'Allowed choices are on-demand, provisioned.'],
  [
    ['--region', 'mars-1'],
    'should be a region whose prices are in lambdas/shared/contract/prices.ts: us-east-1',
  ],
])('npm run cost -- %j is an error that gives the valid values', (args, message) => {
  expect(() => optionsOf(...args)).toThrow(message);
});

test('npm run cost reads large numbers in exponent notation', () => {
  expect(optionsOf('--sales-per-month', '2.5e6', '--stream', 'existing')).toMatchObject({
    salesPerMonth: 2_500_000,
    stream: 'existing',
  });
});

test('without options, the bill has its defaults', () => {
  const { growth: _, maxWaitSeconds: __, ...defaults } = DEFAULTS;
  expect(optionsOf()).toEqual(defaults);
});
