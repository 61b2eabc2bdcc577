import { expect, test } from 'vitest';
import { ConfiguredModel } from '../../../lambdas/shared/contract/model.ts';
import { parseStartOptions } from '../../../local/commands/start-options.ts';
import { configOf, elsewhereOf, recordsToSend } from '../../../local/commands/start-plan.ts';

test('without options, the stack has its defaults, except for the threshold', () => {
  expect(configOf(parseStartOptions([]))).toEqual({
    threshold: { threshold: 12_000 },
    model: {},
    sweepMinutes: 1,
  });
  expect(parseStartOptions([]).partitions).toBe(3);
});

test('options are converted to the units of the configuration', () => {
  const options = parseStartOptions([
    ...['--threshold', '5', '--growth=0', '--max-wait=90s', '--rank=8'],
    ...['--type-weights', 'view=0.2,gift=0'],
  ]);
  expect(configOf(options)).toEqual({
    threshold: { threshold: 5, growth: 0, maxWaitSeconds: 90 },
    model: { rank: 8, typeWeights: { view: 0.2, gift: 0 } },
    sweepMinutes: 1,
  });
});

test('the given weights of types add to the defaults of the stack', () => {
  const options = parseStartOptions(['--type-weights', 'view=0.2']);
  const { typeWeights } = ConfiguredModel.parse(configOf(options).model);
  expect(typeWeights).toMatchObject({ view: 0.2, purchase: 1, add_to_cart: 0.3 });
});

test('parts that run elsewhere need the address of the job server here', () => {
  const options = { bootstrap: 'kafka:9092', endpoint: 'http://aws:4566' };
  expect(elsewhereOf({}, 'http://here:1')).toBeUndefined();
  expect(elsewhereOf(options, 'http://here:1')).toEqual({ ...options, jobsUrl: 'http://here:1' });
  expect(() => elsewhereOf(options, undefined)).toThrow('--endpoint needs AWS_ENDPOINT_URL_EMR_SERVERLESS');
});

test('the simulation makes exactly the requested number of records', () => {
  expect([...(recordsToSend(parseStartOptions(['--count', '12']), 0) as Iterable<unknown>)]).toHaveLength(12);
});
