import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Cell,
  CompileOptions,
  CompileRequest,
  KeptResult,
  KeyShop,
  PreparedTree,
  Transfer,
} from '@wheelwright/runner';
import { explain } from '../explain.js';
import type { ExitCode } from '../exit-code.js';

/** How a cell of a matrix ended. */
export interface CellOutcome extends Cell {
  /** `cached`: by this machine, before; `fetched`: from the store, which another one has filled. */
  readonly status:
    | 'compiled'
    | 'cached'
    | 'fetched'
    | 'planned'
    | 'failed'
    | 'missed'
    | 'error'
    | 'cancelled';
  readonly key: string | null;
  readonly seconds: number;
  readonly log: string | null;
  readonly libraries: readonly string[];
  /** Why it is not there. */
  readonly message?: string;
  /** Of an error of ours or of the system. */
  readonly exitCode?: ExitCode;
}

/** What all cells of one run share. */
export interface MatrixRun {
  readonly options: Omit<CompileOptions, 'destination'>;
  readonly shop: KeyShop;
  /** The folder of finished cells, by their keys. */
  readonly kept: string;
  /** The store of finished cells that machines share; none if absent. */
  readonly shared: Transfer | undefined;
  /** The folder in which each cell has one under its name. */
  readonly out: string;
  readonly dryRun: boolean;
  /** Cells that failed in the run that is gone on with, by their keys. */
  readonly failed: ReadonlyMap<string, CellOutcome>;
  /** Why a cell's libraries miss their target; undefined where they meet it. */
  readonly check: (libraries: readonly string[], cell: Cell) => Promise<string | undefined>;
}

/** Compiles a cell, or takes it as it was compiled before. It never throws: the other cells go on. */
export async function runCell(cell: Cell, request: CompileRequest, run: MatrixRun): Promise<CellOutcome> {
  const start = performance.now();
  const ended = (rest: Omit<CellOutcome, keyof Cell | 'seconds'>): CellOutcome => ({
    ...cell,
    ...rest,
    seconds: Math.round(performance.now() - start) / 1000,
  });
  const nothing = { key: null, log: null, libraries: [] } as const;
  if (isCancelled(run)) return ended({ ...nothing, status: 'cancelled' });
  try {
    const { compile, compileKey } = await import('@wheelwright/runner');
    const { key, treeHash } = await compileKey(request, run.shop);
    const destination = join(run.kept, key);
    const result = { key, folder: destination };
    const found = await findResult(result, run);
    if (found.status !== undefined || run.dryRun) await run.shop.release(request.source);
    if (run.dryRun) return ended({ ...nothing, key, status: found.status ?? 'planned' });
    const before = run.failed.get(key);
    if (found.status === undefined && before !== undefined) {
      await run.shop.release(request.source);
      return { ...before, ...cell };
    }
    const status = found.status ?? 'compiled';
    if (found.status === undefined) {
      const prepared = (): PreparedTree | undefined => run.shop.take(request.source);
      const result = await compile(request, { ...run.options, destination, prepared });
      if (result.status === 'cancelled') return ended({ ...nothing, key, status: 'cancelled' });
      if (result.status === 'failed') {
        const how = result.signal ?? `exit code ${result.exitCode ?? 'unknown'}`;
        const message = `${result.step} failed with ${how}${result.reason === undefined ? '' : ` (${result.reason})`}`;
        return ended({ ...nothing, key, status: 'failed', log: result.log, message });
      }
      if (result.treeHash !== treeHash) {
        await rm(destination, { recursive: true, force: true });
        const message = 'the sources were changed while they were compiled: run it again';
        return ended({ ...nothing, key, status: 'error', message, exitCode: 2 });
      }
    }
    const folder = join(run.out, cell.name);
    await mkdir(run.out, { recursive: true });
    await rm(folder, { recursive: true, force: true });
    await cp(destination, folder, { recursive: true });
    const names = await readdir(join(folder, 'libraries'), { recursive: true, withFileTypes: true });
    const libraries = names.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
    const message = await run.check(libraries, cell);
    const log = join(folder, 'build.log');
    if (message !== undefined) return ended({ key, log, libraries, status: 'missed', message });
    await share(result, found, run);
    return ended({ key, log, libraries, status });
  } catch (error) {
    if (isCancelled(run)) return ended({ ...nothing, status: 'cancelled' });
    const { message, exitCode } = explain(error);
    return ended({ ...nothing, status: 'error', message, exitCode });
  }
}

/** What is there of a cell, and what the store lacks of it. */
interface Found {
  readonly status: 'cached' | 'fetched' | undefined;
  readonly lacking: 'nothing' | 'missing' | 'damaged';
}

/** Looks for a cell that was compiled before: here, then in the store, from which it's fetched. */
async function findResult(result: KeptResult, run: MatrixRun): Promise<Found> {
  const { shared, dryRun } = run;
  const { signal } = run.options;
  const here = await isFolder(result.folder);
  if (shared === undefined) return { status: here ? 'cached' : undefined, lacking: 'nothing' };
  const { hasResult, receiveResult, RunnerError } = await import('@wheelwright/runner');
  if (here || dryRun) {
    const there = await hasResult(result.key, shared, signal);
    const status = here ? 'cached' : there ? 'fetched' : undefined;
    return { status, lacking: there ? 'nothing' : 'missing' };
  }
  try {
    const fetched = await receiveResult(result, shared, signal);
    return fetched ? { status: 'fetched', lacking: 'nothing' } : { status: undefined, lacking: 'missing' };
  } catch (error) {
    // Whatever lies there under this key, it isn't what was compiled: that can be made again.
    const damaged =
      error instanceof RunnerError && (error.code === 'integrity' || error.code === 'bad-archive');
    if (!damaged) throw error;
    return { status: undefined, lacking: 'damaged' };
  }
}

/** Gives the other machines what the store lacks. */
async function share(result: KeptResult, { lacking }: Found, { shared, options }: MatrixRun): Promise<void> {
  if (shared === undefined || lacking === 'nothing') return;
  const { sendResult } = await import('@wheelwright/runner');
  await sendResult(result, shared, { replace: lacking === 'damaged', signal: options.signal });
}

function isCancelled({ options }: MatrixRun): boolean {
  return options.signal?.aborted === true;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
