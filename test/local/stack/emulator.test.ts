import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startEmulator } from '../../../local/stack/emulator.ts';

test('a kept state whose port another program has taken is said so, and nothing is started', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'cartograph-emulator-'));
  const stranger = createServer().listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  const { port } = stranger.address() as AddressInfo;
  writeFileSync(join(directory, 'port'), String(port));
  try {
    await expect(startEmulator(directory, 'http://127.0.0.1:1')).rejects.toThrow(
      `Cannot start the AWS emulator: port ${port}, which the kept state needs, is taken by another program; end that, or start without --keep`,
    );
  } finally {
    stranger.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
