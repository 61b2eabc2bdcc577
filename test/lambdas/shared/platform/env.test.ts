import { expect, test } from 'vitest';
import { z } from 'zod';
import { jsonVariable, readEnvironment } from '../../../../lambdas/shared/platform/env.ts';

const Variables = z.object({ BUCKET: z.string().min(1), RANGE: jsonVariable(z.object({ low: z.int() })) });

test('variables are read and parsed', () => {
  expect(readEnvironment(Variables, { BUCKET: 'b', RANGE: '{"low":1}', OTHER: 'x' })).toEqual({
    BUCKET: 'b',
    RANGE: { low: 1 },
  });
});

test('every missing or invalid variable is named', () => {
  expect(() => readEnvironment(Variables, { RANGE: '{' })).toThrow(
    /Cannot start: environment variable BUCKET: .*; RANGE: is not JSON: \{/,
  );
  expect(() => readEnvironment(Variables, { BUCKET: 'b', RANGE: '{"low":"a"}' })).toThrow('RANGE.low');
});
