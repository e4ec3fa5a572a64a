import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { WheelError } from './error.js';
import { prepareInput } from './input.js';
import { digest, zipOutput } from './file-output.js';
import { layoutWheel, type WheelLayout, type WheelSpec } from './layout.js';
import { makeFolders } from './make-folders.js';
import { formatRecord, recordHash, type RecordRow } from './record.js';
import { replaceFile } from './replace-file.js';
import { fileError } from './system-error.js';
import { blocksAhead } from './zip/blocks-ahead.js';
import { DOS_EPOCH, dosTime } from './zip/dos-time.js';
import { type ZipInput, ZipWriter, type ZipWriterOptions } from './zip/zip-writer.js';

export interface WriteOptions {
  /** Deflate level, 0 (store everything) to 9; 6 if not given. */
  readonly level?: number;
  readonly signal?: AbortSignal;
  /** The time of every member, in seconds since 1970; 1980-01-01 if not given. */
  readonly sourceDateEpoch?: number;
  /** Blocks of 1 MiB in flight; twice the number of processors and two if not given. It doesn't change the result. */
  readonly concurrency?: number;
  /** Called after each block, with the content written so far and all of it, in bytes. */
  readonly onProgress?: (bytesDone: number, bytesTotal: number) => void;
}

export interface WrittenWheel {
  readonly path: string;
  readonly filename: string;
  readonly size: number;
  /** Of the wheel, in hexadecimal. */
  readonly sha256: string;
  /** How many members it has, RECORD among them. */
  readonly members: number;
}

/**
 * Writes a wheel into a folder, which is made if needed. The same spec and options give the same bytes on every
 * run. All checks come first; then each input is read once, into a new file that is renamed at the end, so that
 * the wheel is there as a whole or not at all.
 *
 * Throws what `layoutWheel` refuses, `bad-input` for options, `not-found`, `not-a-regular-file` and
 * `input-changed` for inputs, `out-of-space`, `io`, and `aborted` (its cause is the signal's reason).
 */
export async function writeWheel(
  folder: string,
  spec: WheelSpec,
  options: WriteOptions = {},
): Promise<WrittenWheel> {
  return writeMembers(folder, layoutWheel(spec), options);
}

/** Writes members in their order, and RECORD behind them. Throws as `writeWheel` does. */
export async function writeMembers(
  folder: string,
  layout: WheelLayout,
  options: WriteOptions = {},
): Promise<WrittenWheel> {
  const inputs = await Promise.all(layout.members.map(prepareInput));
  const zipOptions = zipWriterOptions(options, inputs);
  const { proceed } = zipOptions;
  proceed();
  await makeFolders(folder).catch((error: unknown) => {
    throw fileError(error, 'making the folder', folder);
  });
  const path = join(folder, layout.filename);
  return replaceFile(path, async (file) => {
    const zip = new ZipWriter(zipOutput(file), zipOptions);
    try {
      const rows: RecordRow[] = [];
      for (const input of blocksAhead(inputs)) {
        rows.push({ path: input.name, hash: recordHash(await zip.add(input)), size: input.size });
      }
      const record = formatRecord([...rows, { path: layout.record }]);
      await zip.add(await prepareInput({ name: layout.record, content: Buffer.from(record) }));
      const size = await zip.finish();
      // The disk writes while the processor hashes.
      const [sha256] = await Promise.all([digest(file, size, proceed), file.sync()]);
      return { path, filename: layout.filename, size, sha256, members: inputs.length + 1 };
    } catch (error) {
      await zip.abandon();
      throw error;
    }
  });
}

/**
 * The writer's own options, checked; `progress` counts against the inputs. Throws `bad-input`, and `aborted` from
 * `proceed`.
 */
export function zipWriterOptions(options: WriteOptions, inputs: readonly ZipInput[]): ZipWriterOptions {
  const { level = 6, concurrency = 2 * availableParallelism() + 2, signal, onProgress } = options;
  checkWhole('level', level, 0, 9);
  checkWhole('concurrency', concurrency, 1, 1024);
  const total = inputs.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  return {
    level,
    concurrency,
    modified: dosTime(options.sourceDateEpoch ?? DOS_EPOCH),
    proceed: () => {
      if (signal?.aborted === true)
        throw new WheelError('aborted', 'writing was cancelled', { cause: signal.reason });
    },
    progress: (bytes) => {
      if (done === total) return; // RECORD, whose size nobody knew before.
      done += bytes;
      onProgress?.(done, total);
    },
  };
}

function checkWhole(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new WheelError('bad-input', `${name} must be a whole number from ${least} to ${most}, not ${value}`);
}
