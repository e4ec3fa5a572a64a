import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { openFile } from '../byte-source.js';
import { WheelError, type WheelErrorCode } from '../error.js';
import { aborted, type ContentTask } from './contents.js';
import type { WorkerAnswer, WorkerStart } from './contents-worker.js';
import { type ReadContents, type Verification, type VerifyOptions, verifyWheel } from './verify.js';

/** Below this much content a thread costs more than it brings. */
const WORTH_A_THREAD = 32 << 20;
/** Only a built package has it: tests of the sources read contents on their own thread. */
const WORKER = new URL('./contents-worker.js', import.meta.url);

/**
 * Checks a wheel as `verifyWheel` does, under its own file name, and reads the contents of a large one on as many
 * threads as there are processors, or as `concurrency` says.
 */
export async function verifyWheelFile(
  path: string,
  options: Omit<VerifyOptions, 'filename' | 'readContents'> = {},
): Promise<Verification> {
  const source = await openFile(path);
  try {
    const threads = options.concurrency ?? availableParallelism();
    const readContents: Pick<VerifyOptions, 'readContents'> =
      threads > 1 && existsSync(fileURLToPath(WORKER))
        ? { readContents: onThreads({ path, size: source.size }, threads) }
        : {};
    return await verifyWheel(source, { ...options, ...readContents, filename: basename(path) });
  } finally {
    await source.close();
  }
}

function onThreads(start: WorkerStart, most: number): ReadContents {
  return async (batches, done, signal) => {
    const total = batches.flat().reduce((sum, { size }) => sum + size, 0);
    const count = Math.max(1, Math.min(most, batches.length, Math.ceil(total / WORTH_A_THREAD)));
    const waiting = [...batches].reverse();
    const workers = Array.from({ length: count }, () => new Worker(WORKER, { workerData: start }));
    try {
      await Promise.all(
        workers.map(async (worker) => {
          for (let batch = waiting.pop(); batch !== undefined; batch = waiting.pop()) {
            const answer = await ask(worker, batch, signal);
            if ('error' in answer)
              throw new WheelError(answer.error.code as WheelErrorCode, answer.error.message);
            done(batch, answer.results);
          }
        }),
      );
    } finally {
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
  };
}

function ask(
  worker: Worker,
  batch: readonly ContentTask[],
  signal: AbortSignal | undefined,
): Promise<WorkerAnswer> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      end();
      if (signal !== undefined) reject(aborted(signal));
    };
    const answered = (answer: WorkerAnswer): void => {
      end();
      resolve(answer);
    };
    const failed = (error: Error): void => {
      end();
      reject(error);
    };
    const end = (): void => {
      worker.off('message', answered).off('error', failed);
      signal?.removeEventListener('abort', stop);
    };
    if (signal?.aborted === true) {
      stop();
      return;
    }
    worker.on('message', answered).on('error', failed);
    signal?.addEventListener('abort', stop);
    worker.postMessage(batch);
  });
}
