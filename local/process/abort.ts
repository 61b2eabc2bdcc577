/**
 * What the work comes to, or a rejection with the signal's reason as soon as that is aborted. The work itself goes on
 * unless it looks at the signal too.
 */
export async function raced<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
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

/** The same items, until the signal is aborted; then the signal's reason is thrown. */
export async function* untilAborted<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  signal: AbortSignal,
): AsyncGenerator<Item> {
  for await (const item of items) {
    signal.throwIfAborted();
    yield item;
  }
}

/** What the work comes to. @throws {Error} with `message` if that takes longer than `seconds`. */
export async function within<Result>(
  seconds: number,
  message: string,
  work: Promise<Result>,
): Promise<Result> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error(message)), seconds * 1000);
  try {
    return await raced(work, limit.signal);
  } finally {
    clearTimeout(timer);
  }
}
