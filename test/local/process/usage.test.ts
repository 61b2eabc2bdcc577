import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { measureProgram, secondsOf } from '../../../local/process/usage.ts';

test('a busy program uses CPU time and memory', async () => {
  const program = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  try {
    await once(program, 'spawn');
    const meter = measureProgram(program.pid);
    await sleep(1500);
    const { wallSeconds, cpuSeconds, peakBytes } = meter.stop();
    expect(wallSeconds).toBeGreaterThan(1.4);
    // Other programs may take most of the time.
    expect(cpuSeconds).toBeGreaterThan(0);
    expect(cpuSeconds).toBeLessThan(4);
    expect(peakBytes).toBeGreaterThan(10e6);
    expect(peakBytes).toBeLessThan(2e9);
  } finally {
    program.kill('SIGKILL');
    await once(program, 'exit');
  }
});

test.skipIf(!existsSync('/proc/self/clear_refs'))(
  'of a program that ran before, only what it uses from then on counts',
  async () => {
    const script = `
      let bytes = Buffer.alloc(300e6, 1);
      const startMs = Date.now();
      while (Date.now() < startMs + 600);
      bytes = undefined;
      gc();
      console.log('idle');
      setInterval(() => undefined, 1000);`;
    const program = spawn(process.execPath, ['--expose-gc', '-e', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      await once(program.stdout, 'data');
      const meter = measureProgram(program.pid);
      await sleep(600);
      const { cpuSeconds, peakBytes } = meter.stop();
      expect(cpuSeconds).toBeLessThan(0.3);
      expect(peakBytes).toBeGreaterThan(10e6);
      expect(peakBytes).toBeLessThan(250e6);
    } finally {
      program.kill('SIGKILL');
      await once(program, 'exit');
    }
  },
);

test('a program that did not start, or has ended, uses nothing', () => {
  for (const pid of [undefined, 2 ** 22 + 1]) {
    const { cpuSeconds, peakBytes } = measureProgram(pid).stop();
    expect([cpuSeconds, peakBytes]).toEqual([0, 0]);
  }
});

test.each([
  ['0:12.34', 12.34],
  ['00:00:12', 12],
  ['01:02:03', 3723],
  ['1-02:03:04', 93_784],
])('the CPU time %s is %d seconds', (text, seconds) => {
  expect(secondsOf(text)).toBeCloseTo(seconds, 6);
});
