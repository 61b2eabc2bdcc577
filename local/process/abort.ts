/**
 * Waits for work, but rejects with the signal's reason as soon as the signal is aborted. The work itself continues unless
 * it also watches the signal.
 */
export async function rejectOnAbort<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Yields the items until the signal is aborted, then throws the signal's reason. */
export async function* untilAborted<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  signal: AbortSignal,
): AsyncGenerator<Item> {
  for await (const item of items) {
    signal.throwIfAborted();
    yield item;
  }
}

/** Waits for work, at most `seconds`. @throws {Error} With `message` if it takes longer. */
export async function withTimeout<Result>(
  seconds: number,
  message: string,
  work: Promise<Result>,
): Promise<Result> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error(message)), seconds * 1000);
  try {
    return await rejectOnAbort(work, limit.signal);
  } finally {
    clearTimeout(timer);
  }
}
