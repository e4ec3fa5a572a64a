import { setMaxListeners } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { Transfer } from '@wheelwright/runner';
import { machineWord } from '../build/compile-project.js';
import { compileRequest } from '../build/compile-request.js';
import { compileTable } from '../build/compile-table.js';
import { userFolders } from '../build/folders.js';
import { inspectInputs } from '../build/inspected-files.js';
import { runCell, type CellOutcome, type MatrixRun } from '../build/matrix-cell.js';
import { lacksMuslName, nameMuslLibc } from '../build/musl-libc.js';
import { claimPlatform } from '../build/platform-claim.js';
import { cacheOf, chooseRunner } from '../build/runner.js';
import { buildFlags, resolveSettings, type BuildSettings } from '../build/settings.js';
import { applyVariant, requireVariant } from '../build/variant-table.js';
import type { Command, CommandResult } from '../command.js';
import { loadProject } from '../config/load.js';
import { describeMatrix, matrixExitCode } from '../render/matrix.js';
import { sideBySide } from '../side-by-side.js';

/** A cluster queues what it can't run yet; this host only has so many files and sockets. */
const CLUSTER_JOBS = 64;

/** `matrix [PROJECT]`: all variants x targets x Pythons; one that fails doesn't stop the rest. */
export function matrix(args: readonly string[], options: Record<string, unknown>): Command {
  const flags = buildFlags(options);
  return async (context): Promise<CommandResult> => {
    const { host, options: global, reporter, signal, style } = context;
    const start = performance.now();
    // Each cell listens to it, and there may be any number of them.
    setMaxListeners(0, signal);
    const file = await loadProject(resolve(global.cwd, args[0] ?? host.env['WHEELWRIGHT_PROJECT'] ?? '.'));
    const compile = compileTable(file);
    const folders = userFolders(host.env);
    const settings = resolveSettings(flags, file, global, folders.data);
    const { KeyShop, planCells } = await import('@wheelwright/runner');
    const variants = flags.variant === undefined ? Object.keys(file.tool.variants) : [flags.variant];
    if (variants.length === 0) requireVariant(file, undefined);
    const targets =
      settings.target === undefined ? [] : flags.platform === undefined ? compile.targets : [flags.platform];
    const cells = planCells({ variants, targets, pythons: compile.pythons });
    const cache = cacheOf(file, settings, folders.cache);
    const runner = await chooseRunner(file, settings, cache);
    const cluster = runner.name === 'slurm' || runner.name === 'kubernetes';
    const atOnce = cluster ? CLUSTER_JOBS : Math.min(availableParallelism(), cells.length);
    const timeLimit = compile['time-limit'];
    const common = { runner, cache, environment: host.env, signal };
    const out = join(settings.out, 'matrix');
    const run: MatrixRun = {
      options: { ...common, ...(timeLimit === undefined ? {} : { timeLimit }) },
      shop: new KeyShop(common),
      kept: join(cache, 'cells'),
      shared: await sharedStore(settings),
      out,
      dryRun: options['dryRun'] === true,
      failed: options['resume'] === true ? await failuresOf(out) : new Map(),
      check: async (libraries, { target }) => {
        if (target === undefined) return undefined;
        if (lacksMuslName(file, target))
          await nameMuslLibc(
            libraries.map((path) => ({ path })),
            signal,
          );
        const inputs = libraries.map((path) => ({ name: path, content: { path } }));
        const { verdict } = claimPlatform((await inspectInputs(inputs, signal)).files, target);
        return verdict.conforms ? undefined : `it does not meet ${target}: it is ${verdict.platform}`;
      },
    };
    const ended: CellOutcome[] = [];
    reporter.step(`compiling ${cells.length} cells on ${runner.name}`);
    const outcomes = await sideBySide(cells, atOnce, async (cell) => {
      const each = { ...settings, variant: cell.variant, target: cell.target };
      const { env } = applyVariant(file, cell.variant);
      const request = {
        ...compileRequest(file, each, env, machineWord()),
        ...(cell.python === undefined ? {} : { python: cell.python }),
        ...(cluster ? {} : { jobs: Math.max(1, Math.floor(availableParallelism() / atOnce)) }),
      };
      const outcome = await runCell(cell, request, run);
      ended.push(outcome);
      reporter.detail(`${ended.length}/${cells.length}: ${cell.name} ${outcome.status}`);
      if (!run.dryRun) await remember(out, outcome);
      return outcome;
    }).finally(() => run.shop.close());
    if (signal.aborted) throw signal.reason;
    const seconds = Math.round(performance.now() - start) / 1000;
    return {
      exitCode: matrixExitCode(outcomes),
      document: {
        schema: 'wheelwright/matrix@1',
        runner: runner.name,
        toolchain: settings.toolchain,
        seconds,
        cells: outcomes,
      },
      text: describeMatrix(outcomes, seconds, { style, width: host.stdout.columns ?? 120 }),
    };
  };
}

/** The store that machines share, where somebody has named one; without one, nothing of it is loaded. */
async function sharedStore({ namedStore }: BuildSettings): Promise<Transfer | undefined> {
  if (namedStore === undefined) return undefined;
  return (await import('../build/transfer.js')).openTransfer(namedStore);
}

/** A cell that failed is written down when it does: a run may be interrupted at any time. */
async function remember(out: string, outcome: CellOutcome): Promise<void> {
  await mkdir(join(out, '.state'), { recursive: true });
  await writeFile(join(out, '.state', `${outcome.name}.json`), JSON.stringify(outcome));
}

/** The cells that failed in the last run, by their keys. */
async function failuresOf(out: string): Promise<Map<string, CellOutcome>> {
  const names = await readdir(join(out, '.state')).catch(() => []);
  const outcomes = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(out, '.state', name), 'utf8')) as CellOutcome),
  );
  const failed = outcomes.filter(({ status }) => status === 'failed');
  return new Map(failed.map((outcome) => [outcome.key ?? '', outcome]));
}
