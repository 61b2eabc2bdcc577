import { readFileSync } from 'node:fs';
import { highest } from '../lambdas/shared/contract/numbers.ts';
import { median } from './benchmark.ts';

/** Resident memory of processes over time, in bytes. */
export class Memory {
  private readonly pids: Readonly<Record<string, number>>;
  private readonly samples = new Map<string, number[]>();

  constructor(pids: Readonly<Record<string, number>>) {
    this.pids = pids;
  }

  sample(): void {
    for (const [name, pid] of Object.entries(this.pids))
      this.samples.set(name, [...(this.samples.get(name) ?? []), residentBytes(pid)]);
  }

  /** The newest sample of each process. */
  now(): string {
    return [...this.samples].map(([name, values]) => `${name} ${megabytes(values.at(-1))}`).join(', ');
  }

  /** The second and the last quarter, and the highest value: a leak would show as a difference. */
  describe(): string[] {
    return [...this.samples].map(([name, values]) => {
      const quarter = Math.floor(values.length / 4);
      const [second, last] = [values.slice(quarter, 2 * quarter), values.slice(-quarter)].map(median);
      return `${name}: ${megabytes(second)} in the second quarter, ${megabytes(last)} in the last, at most ${megabytes(highest(values))}`;
    });
  }
}

const megabytes = (bytes = Number.NaN): string => `${(bytes / 1e6).toFixed(0)} MB`;

const residentBytes = (pid: number): number =>
  1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
