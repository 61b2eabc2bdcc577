import { grouped } from '../../lambdas/shared/contract/numbers.ts';
import { PartEnded } from '../process/parts.ts';
import { Interrupted } from '../process/signals.ts';

/**
 * Sends the records of a file, and says how to go on if that fails.
 *
 * @param send Sends them; calls `onSent` with the number of records that are on the topic so far.
 * @throws {Error} The error of `send`; if a part of a file is on the topic, with the option that continues after it.
 */
export async function sendInput<Result>(
  { input, skip = 0 }: { readonly input?: string | undefined; readonly skip?: number | undefined },
  send: (onSent: (sent: number) => void) => Promise<Result>,
): Promise<Result> {
  let sent = 0;
  try {
    return await send((records) => {
      sent = records;
    });
  } catch (cause) {
    const isStopped = cause instanceof Interrupted || cause instanceof PartEnded;
    if (input === undefined || sent === 0 || isStopped) throw cause;
    const reason = cause instanceof Error ? cause.message : cause;
    throw new Error(
      `${reason}. Of ${input}, at least the first ${grouped(skip + sent)} records are on the topic: npm run produce with --skip ${skip + sent} continues after them`,
      { cause },
    );
  }
}
