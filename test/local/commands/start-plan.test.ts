import { expect, test, vi } from 'vitest';
import { ConfiguredModel } from '../../../lambdas/shared/contract/model.ts';
import { ENV } from '../../../lambdas/shared/platform/env.ts';
import { parseStartOptions } from '../../../local/commands/start-options.ts';
import { configOf, elsewhereOf, recordsToSend, settingsOf } from '../../../local/commands/start-plan.ts';
import { synthesize } from '../../lib/synthesize.ts';

test('without options, the stack has its defaults, except for the threshold', () => {
  expect(configOf(parseStartOptions([]))).toEqual({
    threshold: { threshold: 12_000, gatherSeconds: 0 },
    model: {},
    sweepMinutes: 1,
  });
  expect(parseStartOptions([]).partitions).toBe(3);
});

test('options are converted to the units of the configuration', () => {
  const options = parseStartOptions([
    ...['--threshold', '5', '--growth=0', '--max-wait=90s', '--rank=8'],
    ...['--type-weights', 'view=0.2,gift=0', '--charges', 'WRAP,tax=false'],
  ]);
  expect(configOf(options)).toEqual({
    threshold: { threshold: 5, growth: 0, maxWaitSeconds: 90, gatherSeconds: 0 },
    model: { rank: 8, typeWeights: { view: 0.2, gift: 0 }, charges: { WRAP: true, tax: false } },
    sweepMinutes: 1,
  });
});

test('a ceiling for a month of training is a part of the configuration', () => {
  expect(configOf(parseStartOptions(['--monthly-usd', '0.5']))).toMatchObject({
    budget: { monthlyTrainingUsd: 0.5 },
  });
  expect(() => parseStartOptions(['--monthly-usd', '0'])).toThrow(
    '--monthly-usd is 0, should be a number of dollars above 0',
  );
});

test('options say how ids are stored, and whether what looks personal is rejected', () => {
  const privacyOf = (...args: string[]) => configOf(parseStartOptions(args)).privacy;
  expect(privacyOf()).toBeUndefined();
  expect(privacyOf('--refuse-personal')).toEqual({ refusePersonal: true });
  expect(privacyOf('--keyed', '--refuse-personal')).toEqual({ userIds: 'keyed', refusePersonal: true });
});

test('pseudonyms are asked for by an option, or in containers by a variable', () => {
  expect(configOf(parseStartOptions(['--keyed'])).privacy).toEqual({ userIds: 'keyed' });
  vi.stubEnv('CARTOGRAPH_KEYED', 'yes');
  expect(configOf(parseStartOptions([])).privacy).toEqual({ userIds: 'keyed' });
  vi.unstubAllEnvs();
});

test('the given weights of types add to the defaults of the stack', () => {
  const options = parseStartOptions(['--type-weights', 'view=0.2']);
  const { typeWeights } = ConfiguredModel.parse(configOf(options).model);
  expect(typeWeights).toMatchObject({ view: 0.2, purchase: 1, add_to_cart: 0.3 });
});

test('a broker and an AWS API that run elsewhere are used as they are named', () => {
  const options = { bootstrap: 'kafka:9092', endpoint: 'http://aws:4566' };
  expect(elsewhereOf({})).toBeUndefined();
  expect(elsewhereOf(options)).toEqual(options);
});

test('nothing is kept of parts that run elsewhere, so --keep is refused there', () => {
  const elsewhere = ['--bootstrap', 'kafka:9092', '--endpoint', 'http://aws:4566'];
  expect(parseStartOptions(['--keep']).keep).toBe(true);
  expect(() => parseStartOptions([...elsewhere, '--keep'])).toThrow('--keep works only without --endpoint');
});

test('the simulation makes exactly the requested number of records', () => {
  expect([...(recordsToSend(parseStartOptions(['--count', '12']), 0) as Iterable<unknown>)]).toHaveLength(12);
});

test('the settings that quality is measured with are those that the deployed stages get, with all defaults', () => {
  const options = parseStartOptions(['--once', '--input', 'sales.csv', '--map', 'userId=customer']);
  const settings = settingsOf(options);
  const functions = Object.values(synthesize(configOf(options)).findResources('AWS::Lambda::Function'));
  const valuesOf = (name: string): unknown[] =>
    functions.flatMap(({ Properties }) => {
      const text: unknown = Properties?.Environment?.Variables?.[name];
      return typeof text === 'string' ? [JSON.parse(text)] : [];
    });
  expect(valuesOf(ENV.threshold)).toEqual([settings.threshold]);
  expect(valuesOf(ENV.model).map((one) => ConfiguredModel.parse(one))).toEqual([settings.model]);
  // accumulate, remember, collect and forget.
  expect(valuesOf(ENV.fieldMap)).toEqual(Array.from({ length: 4 }, () => settings.fieldMap));
  expect(settings.partitions).toBe(options.partitions);
}, 120_000);
