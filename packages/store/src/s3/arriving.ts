import type { Readable } from 'node:stream';
import type { Bucket } from './requests.js';

/** So many bytes may wait for their reader before the connection is told to wait. */
const mostWaiting = 1024 * 1024;

/**
 * The chunks of a body, all that have arrived since the last ones were taken: an object of 1 GB comes in 16,000 of them,
 * and to pass them on one by one costs as much as their digest. A body is given up when nothing came for a while, and
 * destroyed when it isn't read to its end.
 * @throws what the body fails with
 */
export async function* arriving(
  body: Readable,
  { settings: { stallTimeout } }: Pick<Bucket, 'settings'>,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly Buffer[]> {
  const onAbort = (): void => {
    body.destroy(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => {
    body.destroy(Object.assign(new Error(`no byte came for ${stallTimeout} ms`), { name: 'TimeoutError' }));
  }, stallTimeout);
  const queue = collectChunks(body);
  try {
    for (;;) {
      const chunks = await queue.take();
      if (chunks === undefined) return;
      timer.refresh();
      yield chunks;
      timer.refresh();
    }
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    body.destroy();
  }
}

/** What has arrived of a body; `take` gives nothing at its end. */
function collectChunks(body: Readable): { take(): Promise<readonly Buffer[] | undefined> } {
  let [waiting, bytes] = [[] as Buffer[], 0];
  let over: { readonly error?: unknown } | undefined;
  let wake = (): void => undefined;
  const end = (how: { readonly error?: unknown }): void => {
    over ??= how;
    wake();
  };
  body.on('data', (chunk: Buffer) => {
    waiting.push(chunk);
    bytes += chunk.byteLength;
    if (bytes >= mostWaiting) body.pause();
    wake();
  });
  body.once('end', () => {
    end({});
  });
  // Stays until the end: an error that nobody listens to would end the process.
  body.on('error', (error) => {
    end({ error });
  });
  body.once('close', () => {
    end({ error: Object.assign(new Error('the connection ended'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }) });
  });
  return {
    take: async () => {
      while (waiting.length === 0) {
        if (over !== undefined && 'error' in over) throw over.error;
        if (over !== undefined) return undefined;
        body.resume();
        await new Promise<void>((resolve) => (wake = resolve));
      }
      const taken = waiting;
      [waiting, bytes] = [[], 0];
      body.resume();
      return taken;
    },
  };
}
