import { chmod, copyFile } from 'node:fs/promises';
import { execa, ExecaError } from 'execa';
import type { ElfFile } from '@wheelwright/elf';
import { RepairError } from './error.js';
import { differences } from './plan/changed-elf.js';

/** What is taken from a file: nothing, its debug information, or all symbols that no loader needs. @public */
export type StripLevel = 'none' | 'debug' | 'all';

/** The machine's own strip knows its own machine only; LLVM's knows all. */
const STRIPPERS = ['llvm-strip', 'strip'] as const;
const COPIERS = ['llvm-objcopy', 'objcopy'] as const;

/**
 * Strips a copy of a file. It comes before patching, because binutils' strip moves sections as if nobody had laid them
 * out on purpose.
 *
 * @throws {@link RepairError} `tool-missing`, or `tool-failed` with what each program said
 */
export async function stripCopy(
  from: string,
  to: string,
  level: Exclude<StripLevel, 'none'>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const flag = level === 'all' ? '--strip-all' : '--strip-debug';
  await firstThatWorks(STRIPPERS, 'strip', from, async (program) => {
    await copyFile(from, to);
    await chmod(to, 0o600);
    await run(program, [flag, '--', to], signal);
  });
}

/** Writes what a file has of debug information into a file of its own (`objcopy --only-keep-debug`). */
export async function splitDebug(from: string, to: string, signal: AbortSignal | undefined): Promise<void> {
  await firstThatWorks(COPIERS, 'objcopy', from, (program) =>
    run(program, ['--only-keep-debug', '--', from, to], signal),
  );
}

/**
 * A stripped file still has to say all that it said to a loader.
 *
 * @throws {@link RepairError} `unsound`
 */
export function checkStripped(path: string, before: ElfFile, after: ElfFile): void {
  const lost = differences(after, before);
  if (lost.length === 0) return;
  throw new RepairError('unsound', `${path}: strip changed its ${lost.join(', ')}`, {
    hint: 'the strip of this machine breaks this file: leave --strip out, or install LLVM',
  });
}

async function firstThatWorks(
  programs: readonly string[],
  what: string,
  file: string,
  attempt: (program: string) => Promise<void>,
): Promise<void> {
  const failures: string[] = [];
  for (const program of programs) {
    try {
      await attempt(program);
      return;
    } catch (error) {
      if (!(error instanceof ExecaError) || error.isCanceled) throw error;
      if (error.code !== 'ENOENT') failures.push(`${program}: ${String(error.stderr).trim()}`);
    }
  }
  if (failures.length === 0) {
    throw new RepairError('tool-missing', `there is neither ${programs.join(' nor ')} on PATH`, {
      hint: `install binutils or LLVM, or do without ${what}`,
    });
  }
  throw new RepairError('tool-failed', `${file} can't be stripped: ${failures.join('; ')}`, {
    hint: "binutils' strip knows one architecture only: install LLVM for the others",
  });
}

async function run(program: string, args: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  await execa(program, args, { stdin: 'ignore', ...(signal === undefined ? {} : { cancelSignal: signal }) });
}
