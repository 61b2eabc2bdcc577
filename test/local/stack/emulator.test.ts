import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startEmulator } from '../../../local/stack/emulator.ts';

test('if another program uses the port of the kept state, the error says so and nothing is started', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'cartograph-emulator-'));
  const otherProgram = createServer().listen(0, '127.0.0.1');
  await once(otherProgram, 'listening');
  const { port } = otherProgram.address() as AddressInfo;
  writeFileSync(join(directory, 'port'), String(port));
  try {
    await expect(startEmulator(directory, 'http://127.0.0.1:1')).rejects.toThrow(
      `Cannot start the AWS emulator: port ${port}, which the kept state needs, is in use by another program; stop that program, or start without --keep`,
    );
  } finally {
    otherProgram.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
