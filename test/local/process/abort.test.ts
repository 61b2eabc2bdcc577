import { expect, test } from 'vitest';
import { rejectOnAbort, untilAborted, withTimeout } from '../../../local/process/abort.ts';

const never = new Promise<never>(() => undefined);

test('waiting for work ends when the signal is aborted, even if that was before', async () => {
  const stop = new AbortController();
  expect(await rejectOnAbort(Promise.resolve(1), stop.signal)).toBe(1);
  await expect(rejectOnAbort(Promise.reject(new Error('no')), stop.signal)).rejects.toThrow('no');
  const waiting = rejectOnAbort(never, stop.signal);
  stop.abort(new Error('interrupted'));
  await expect(waiting).rejects.toThrow('interrupted');
  await expect(rejectOnAbort(never, stop.signal)).rejects.toThrow('interrupted');
});

test('no more items are yielded after the signal is aborted', async () => {
  const stop = new AbortController();
  const items: number[] = [];
  const taking = (async () => {
    for await (const item of untilAborted([1, 2, 3], stop.signal)) {
      items.push(item);
      if (item === 2) stop.abort(new Error('interrupted'));
    }
  })();
  await expect(taking).rejects.toThrow('interrupted');
  expect(items).toEqual([1, 2]);
});

test('work that takes too long is an error with the given message', async () => {
  await expect(withTimeout(0.01, 'Cannot wait', never)).rejects.toThrow('Cannot wait');
  expect(await withTimeout(60, 'Cannot wait', Promise.resolve(2))).toBe(2);
});
