import { parentPort, workerData } from 'node:worker_threads';
import { inflateRawSync } from 'node:zlib';
import { openFile } from '../byte-source.js';
import { WheelError } from '../error.js';
import { type ContentResult, type ContentTask, type InflatedWhole, readBatch } from './contents.js';

/** What a thread is told when it starts. */
export interface WorkerStart {
  readonly path: string;
  readonly size: number;
}

/** What it answers to each batch. */
export type WorkerAnswer =
  | { readonly results: readonly ContentResult[] }
  | { readonly error: { readonly code: string; readonly message: string } };

// A thread that does nothing else may inflate at once, and saves the way to another one.
const inflate = (...args: Parameters<typeof inflateRawSync>): InflatedWhole =>
  inflateRawSync(...args) as unknown as InflatedWhole;

const { path, size } = workerData as WorkerStart;
const source = await openFile(path);

parentPort?.on('message', (batch: readonly ContentTask[]) => {
  void answer(batch).then((message) => parentPort?.postMessage(message));
});

async function answer(batch: readonly ContentTask[]): Promise<WorkerAnswer> {
  try {
    if (source.size !== size) throw new WheelError('input-changed', `${path} changed while it was read`);
    return { results: await readBatch(source, batch, { inflate }) };
  } catch (error) {
    if (error instanceof WheelError) return { error: { code: error.code, message: error.message } };
    throw error;
  }
}
