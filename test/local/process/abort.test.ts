import { expect, test } from 'vitest';
import { raced, untilAborted, within } from '../../../local/process/abort.ts';

const never = new Promise<never>(() => undefined);

test('work is waited for until the signal is aborted, before or meanwhile', async () => {
  const stop = new AbortController();
  expect(await raced(Promise.resolve(1), stop.signal)).toBe(1);
  await expect(raced(Promise.reject(new Error('no')), stop.signal)).rejects.toThrow('no');
  const waiting = raced(never, stop.signal);
  stop.abort(new Error('interrupted'));
  await expect(waiting).rejects.toThrow('interrupted');
  await expect(raced(never, stop.signal)).rejects.toThrow('interrupted');
});

test('items end when the signal is aborted', async () => {
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

test('what takes too long is an error with the message', async () => {
  await expect(within(0.01, 'Cannot wait', never)).rejects.toThrow('Cannot wait');
  expect(await within(60, 'Cannot wait', Promise.resolve(2))).toBe(2);
});
