import { setTimeout as delay } from 'node:timers/promises';
import { failureKind } from './failure.js';

/** The longest pause between two tries, in milliseconds. */
const longestPause = 5000;

/**
 * Tries a request again while its failures are of the kind that passes, with growing pauses of random length, so that
 * many clients don't come back at once. The SDK's own retries are off: they share one budget between all requests of a
 * client, don't repeat streams, and can't be told apart from a first try.
 * @param work - one try; it must be safe to repeat
 * @throws the last failure, or the reason of the signal
 */
export async function withRetries<T>(
  { attempts, signal }: { readonly attempts: number; readonly signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      const kind = failureKind(error);
      const most = kind === 'transient' ? attempts : kind === 'corrupt' ? Math.min(attempts, 3) : 1;
      if (attempt >= most) throw error;
    }
    await pause(attempt, signal);
  }
}

/** Waits before try number `attempt + 1`: at most 100 ms, 200 ms, ... 5 s. */
export async function pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
  const longest = Math.min(longestPause, 50 * 2 ** attempt);
  await delay(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}
