import { availableParallelism } from 'node:os';
import { startPipeline } from '../../local/pipeline/pipeline.ts';
import { rejectOnAbort } from '../../local/process/abort.ts';
import { PartEnded } from '../../local/process/parts.ts';
import { Interrupted, onSignals } from '../../local/process/signals.ts';
import { PipelineOptions, type ProcessMessage } from './messages.ts';

/**
 * Runs the pipeline as the process of `npm start` does: all parts that are not programs of their own are in this process, the end
 * of a part stops the others, and so does a signal. The argument is JSON of {@link PipelineOptions}. It stops as well when the
 * process that started it has ended.
 */
const options = PipelineOptions.parse(JSON.parse(process.argv[2] ?? ''));
const stopping = new AbortController();
const { signal } = stopping;
const stop = (): void => stopping.abort(new Interrupted('Interrupted'));
onSignals(stop);
process.once('disconnect', stop);

const send = (message: ProcessMessage): void => void (process.connected && process.send?.(message));
const log = (text: string): void => console.log(`${new Date().toISOString()} ${text}`);
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function run(): Promise<void> {
  const pipeline = await startPipeline({
    ...options,
    cores: availableParallelism(),
    signal,
    onFailure: (error, stage) => {
      log(`${stage}: ${textOf(error)}`);
      send({ kind: 'failure', text: `${stage}: ${textOf(error)}` });
    },
    onReady: (part, seconds) => log(`${part} is ready after ${seconds.toFixed(1)} s`),
    onLeftover: (program) => log(`stopped ${program}`),
    onReadAgain: () => log('the bucket is new, so the whole topic is read again'),
    onEnd: (sentence) => {
      log(sentence);
      stopping.abort(new PartEnded(sentence));
    },
  });
  try {
    const { endpoint, bootstrap, topic, groupId, bucket, functions } = pipeline;
    send({ kind: 'ready', endpoints: { endpoint, bootstrap, topic, groupId, bucket, functions } });
    await rejectOnAbort(new Promise(() => undefined), signal);
  } finally {
    log('stopping');
    await pipeline.stop();
  }
}

try {
  await run();
} catch (error) {
  log(textOf(error));
  process.exitCode = error instanceof Interrupted ? 0 : 1;
}
process.exit();
