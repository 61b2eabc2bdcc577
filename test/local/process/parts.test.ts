import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Parts } from '../../../local/process/parts.ts';

const log: string[] = [];
const part = (name: string, stop: () => Promise<void> = async () => undefined) => ({
  async stop() {
    log.push(name);
    await stop();
  },
});
const never = new Promise<never>(() => undefined);

async function started(parts: Parts, stops: Readonly<Record<string, () => Promise<void>>>): Promise<void> {
  log.length = 0;
  for (const [name, stop] of Object.entries(stops)) await parts.start(name, async () => part(name, stop));
}
const succeeds = async (): Promise<void> => undefined;
const fails = (): Promise<void> => Promise.reject(new Error('the disk is full'));

test('parts are stopped in reverse order, once', async () => {
  const parts = new Parts({});
  await started(parts, { broker: succeeds, poller: succeeds, pages: succeeds });
  await parts.stop();
  await parts.stop();
  expect(log).toEqual(['pages', 'poller', 'broker']);
});

test('all other parts are stopped if one fails to stop or hangs, and the error names each failure', async () => {
  const parts = new Parts({ stopSeconds: 0.05 });
  await started(parts, { broker: succeeds, emulator: fails, poller: () => never, pages: succeeds });
  await expect(parts.stop()).rejects.toThrow(
    'Cannot stop the poller: it is still running after 0.05 s; the disk is full',
  );
  expect(log).toEqual(['pages', 'poller', 'emulator', 'broker']);
});

test('an aborted start throws the reason at once, and the part is stopped as soon as it has started', async () => {
  const giveUp = new AbortController();
  const parts = new Parts({ signal: giveUp.signal });
  await started(parts, { broker: succeeds });
  let ready = (_part: ReturnType<typeof part>): void => undefined;
  const starting = parts.start(
    'poller',
    () => new Promise<ReturnType<typeof part>>((resolve) => (ready = resolve)),
  );
  giveUp.abort(new Error('interrupted'));
  await expect(starting).rejects.toThrow('interrupted');
  await expect(parts.start('pages', async () => part('pages'))).rejects.toThrow('interrupted');
  await expect(parts.timed('deployment', () => never)).rejects.toThrow('interrupted');
  const stopping = parts.stop();
  ready(part('poller'));
  await stopping;
  expect(log).toEqual(['poller', 'broker']);
});

test('a part that could not start has nothing to stop', async () => {
  const parts = new Parts({});
  await started(parts, { broker: succeeds });
  await expect(parts.start('emulator', fails as () => Promise<never>)).rejects.toThrow('the disk is full');
  await parts.stop();
  expect(log).toEqual(['broker']);
});

test('the end of a part is reported, unless it was stopped', async () => {
  const ends: string[] = [];
  const parts = new Parts({ onEnd: (sentence) => ends.push(sentence) });
  const broker = Promise.withResolvers<string>();
  const emulator = Promise.withResolvers<string>();
  await parts.start('broker', async () => ({ ...part('broker'), ended: broker.promise }));
  await parts.start('emulator', async () => ({
    ...part('emulator', async () => emulator.resolve('the AWS emulator ended with exit code 0')),
    ended: emulator.promise,
  }));
  broker.resolve('the Kafka broker ended with signal SIGKILL; see broker.log');
  await expect.poll(() => ends).toEqual(['the Kafka broker ended with signal SIGKILL; see broker.log']);
  await parts.stop();
  await sleep(0);
  expect(ends).toHaveLength(1);
});

test('every part and step is reported with its time when it is ready', async () => {
  const ready: string[] = [];
  const parts = new Parts({ onReady: (name, seconds) => ready.push(`${name} ${Math.floor(seconds)}`) });
  await parts.startTimed('broker', async () => part('broker'));
  await parts.timed('synthesis', succeeds);
  expect(ready).toEqual(['broker 0', 'synthesis 0']);
});
