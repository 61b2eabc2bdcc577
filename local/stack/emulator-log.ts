import { open } from 'node:fs/promises';
import type { Emulator } from './emulator.ts';
import { type LogLine, stageIn } from './stage-logs.ts';

/** Only the emulator's own log says why a Lambda could not start, such as a failed import or a missing variable. */
const FAILED_START = /execution error for (\S+): (.*)/;

/** Reads from the emulator's own log which Lambdas could not start, and why. */
export class EmulatorLog {
  private readonly path: string;
  /** Bytes read so far. */
  private offset: number;

  constructor({ path, offset }: NonNullable<Emulator['log']>) {
    this.path = path;
    this.offset = offset;
  }

  /** @returns One error for each failed start that was logged since the last call, oldest first. */
  async read(): Promise<LogLine[]> {
    const whole = await this.readWholeLines();
    return whole.split('\n').flatMap((line): LogLine[] => {
      const [, name = '', message = ''] = FAILED_START.exec(line) ?? [];
      return name === '' ? [] : [{ level: 'error', stage: stageIn(name), message }];
    });
  }

  private async readWholeLines(): Promise<string> {
    const file = await open(this.path);
    try {
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.max(0, size - this.offset));
      await file.read(bytes, 0, bytes.length, this.offset);
      const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
      this.offset += whole.length;
      return whole.toString();
    } finally {
      await file.close();
    }
  }
}
