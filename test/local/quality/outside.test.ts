import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { ROOT, STATE } from '../../../local/process/paths.ts';

const VENV_PYTHON = join(STATE, 'outside-venv', 'bin', 'python');
const PYTHON = existsSync(VENV_PYTHON) ? VENV_PYTHON : 'python3';
const HAS_PACKAGES = spawnSync(PYTHON, ['-c', 'import numpy, scipy']).status === 0;

// Each test starts Python, which takes long to import SciPy on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

/** Evaluates a Python expression with the functions of the outside check in scope, and returns its value. */
function evaluated(expression: string): unknown {
  const program = `import json
import numpy as np
from outside_data import Sales, by_last_basket
from outside_metric import mean_with_interval, ndcg
print(json.dumps(${expression}))`;
  const { stdout, stderr } = spawnSync(PYTHON, ['-c', program], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: join(ROOT, 'local', 'quality') },
  });
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout);
}

describe.skipIf(!HAS_PACKAGES)('the outside check (skipped if Python has no numpy and scipy)', () => {
  test('a hit counts fully at rank 1 and is discounted by the logarithm of its rank after that', () => {
    const scores = 'np.array([[9, 5, 1], [5, 9, 1], [1, 5, 9]])';
    const relevant = 'np.array([[True, False, False]] * 3)';
    const [first, second, third] = evaluated(`ndcg(${scores}, ${relevant}).tolist()`) as number[];
    expect(first).toBe(1);
    expect(second).toBeCloseTo(1 / Math.log2(3), 12);
    expect(third).toBe(0.5);
  });

  test('products with equal scores are listed in order, and a list ends after ten', () => {
    const relevantAt = (place: number): string =>
      `ndcg(np.zeros((1, 12)), np.arange(12)[None, :] == ${place}).tolist()`;
    expect(evaluated(relevantAt(0))).toEqual([1]);
    expect(evaluated(relevantAt(10))).toEqual([0]);
  });

  test('an ideal list has as many hits as there are relevant products, at most ten', () => {
    expect(evaluated('ndcg(np.array([[3, 2, 1]]), np.array([[True, True, False]])).tolist()')).toEqual([1]);
    expect(evaluated('ndcg(np.arange(12.0)[None, :], np.ones((1, 12), bool)).round(9).tolist()')).toEqual([
      1,
    ]);
  });

  test('excluded products take no rank, and users without a relevant product do not count', () => {
    const scores = 'np.array([[9, 5, 1], [9, 5, 1]])';
    const relevant = 'np.array([[False, True, False], [False, False, False]])';
    const excluded = 'np.array([[True, False, False]] * 2)';
    expect(evaluated(`np.nan_to_num(ndcg(${scores}, ${relevant}, ${excluded}), nan=-1).tolist()`)).toEqual([
      1, -1,
    ]);
  });

  test('the interval of equal values has no width', () => {
    expect(evaluated('mean_with_interval(np.full(4, 0.5), 1)')).toEqual({
      value: 0.5,
      n: 4,
      low: 0.5,
      high: 0.5,
    });
  });

  test('the last of three baskets is held out for the test, the one before it for validation; users with two baskets keep both', () => {
    // User 0 buys lamp 0, then lamp 1, then lamps 0 and 2 (the first lines of the data). User 1 buys lamp 1, then lamp 2.
    const sales = `Sales(user=np.array([0, 0, 0, 0, 1, 1]), product=np.array([0, 2, 0, 1, 1, 2]),
      basket=np.array([0, 0, 1, 2, 3, 4]), quantity=np.ones(6), at_s=np.array([30, 30, 10, 20, 10, 20]))`;
    const split = (stage: string): unknown =>
      evaluated(
        `(lambda data: [data.counts["pairs"], data.bought.tolist(), data.owned.tolist()])(by_last_basket(${sales}, "${stage}"))`,
      );
    expect(split('test')).toEqual([4, [[true, false, true]], [[true, true, false]]]);
    expect(split('validate')).toEqual([3, [[false, true, false]], [[true, false, false]]]);
  });
});
