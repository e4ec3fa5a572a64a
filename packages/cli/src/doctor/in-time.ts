/**
 * What is asked for, unless it takes too long: then an error says so.
 *
 * @param ask - is given a signal that says when nobody waits any more
 * @param limit - milliseconds
 * @throws what the question throws; the signal's reason
 */
export async function inTime<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  limit: number,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const onAbort = (): void => {
    stop.abort(signal.reason);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => {
    stop.abort(new Error(`no answer in ${limit / 1000} s`));
  }, limit);
  const stopped = new Promise<never>((_, reject) => {
    stop.signal.addEventListener('abort', () => {
      reject(stop.signal.reason as Error);
    });
  });
  try {
    return await Promise.race([ask(stop.signal), stopped]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
