import { expect, test } from 'vitest';
import { sendInput } from '../../../local/commands/send-input.ts';
import { Interrupted } from '../../../local/process/signals.ts';

const failing =
  (sent: number, error: Error = new Error('Cannot send to sales: gone')) =>
  async (onSent: (sent: number) => void): Promise<number> => {
    if (sent > 0) onSent(sent);
    throw error;
  };

test('a file that is sent in part is named with the option that continues it, after what was skipped before', async () => {
  await expect(sendInput({ input: 'a.csv', skip: 10_000 }, failing(35_000))).rejects.toThrow(
    'Cannot send to sales: gone. Of a.csv, at least the first 45,000 records are on the topic: npm run produce with --skip 45000 continues after them',
  );
});

test('nothing is added if nothing was sent, nothing is replayed, or a person stopped it', async () => {
  const error = new Error('as it is');
  await expect(sendInput({ input: 'a.csv' }, failing(0, error))).rejects.toBe(error);
  await expect(sendInput({}, failing(9, error))).rejects.toBe(error);
  const stop = new Interrupted('stopped');
  await expect(sendInput({ input: 'a.csv' }, failing(9, stop))).rejects.toBe(stop);
  expect(await sendInput({ input: 'a.csv' }, async () => 7)).toBe(7);
});
