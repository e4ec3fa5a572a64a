import { Option, type Command as Commander } from 'commander';
import type { Command } from './command.js';

/** What `createProgram` hands in: how a command is defined, and how its code is named. */
export interface Definer {
  readonly define: (name: string) => Commander;
  readonly runs: (
    command: Commander,
    load: (args: string[], options: Record<string, unknown>) => Promise<Command>,
  ) => void;
  readonly examples: (lines: readonly string[]) => string;
}

/** Options that may be given several times. */
const each = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

/** The commands that change native files: `repair` and `patch`. */
export function defineRepairCommands({ define, runs, examples }: Definer): void {
  runs(
    define('repair')
      .description(
        'bring the libraries into a wheel that it needs, renamed and patched, and give it the tag that it then meets',
      )
      .argument('<wheel>', 'a wheel')
      .option('--plat <tag>', 'the platform tag to aim at (default: the best that its symbols allow)')
      .option(
        '--ldpaths <folders>',
        'look for libraries in these folders, joined by ":", and not in those of this system',
      )
      .option('--sysroot <folder>', 'the root of another system, whose folders are searched')
      .option(
        '--exclude <pattern>',
        'a library that will be there; one that matches nothing is an error (repeatable)',
        each,
      )
      .option(
        '--provider <library=project>',
        'another wheel that brings a library, such as libcudart.so.12=nvidia-cuda-runtime-cu12 (repeatable)',
        each,
      )
      .option('--root <file>', 'a library that is only dlopened, by name or path (repeatable)', each)
      .option(
        '--graft-driver <pattern>',
        "bring a driver's library along, such as libamdhip64.so.6; never the NVIDIA driver's (repeatable)",
        each,
      )
      .option(
        '--keep-names [pattern]',
        'let grafted libraries keep their names: all, or those that match (repeatable)',
        (value: string, before: true | readonly string[] | undefined) =>
          each(value, before === true ? [] : before),
      )
      .addOption(
        new Option('--strip <what>', 'what strip takes away before patching')
          .choices(['none', 'debug', 'all'])
          .default('none'),
      )
      .option('--split-debug', 'keep what --strip takes away in an archive beside the wheel', false)
      .option('--out <folder>', 'where the repaired wheel goes', 'wheelhouse')
      .option(
        '--level <0-9>',
        'how hard to compress what is new: 0 stores, 1 is fast, 9 is small (default: 5)',
      )
      .option('--dry-run', 'only show what would be done', false)
      .addHelpText(
        'after',
        examples([
          'repair dist/ops-1.0-cp311-cp311-linux_x86_64.whl',
          'repair --plat manylinux2014_x86_64 --ldpaths build/deps/lib dist/ops.whl',
          'repair --provider libcudart.so.12=nvidia-cuda-runtime-cu12 --strip debug dist/ops-cu12.whl',
        ]),
      ),
    async (args, options) => (await import('./commands/repair.js')).repair(args, options),
  );
  runs(
    define('patch')
      .description("change an ELF file's names and search path; the result is checked before it is written")
      .argument('<file>', 'an ELF file')
      .option('--soname <name>', 'its own name')
      .option('--rename-needed <old=new>', 'a needed library, also in the version needs (repeatable)', each)
      .option('--add-needed <name>', 'one more needed library (repeatable)', each)
      .option('--remove-needed <name>', 'a library that is no longer needed (repeatable)', each)
      .option('--runpath <folders>', 'the RUNPATH, joined by ":"; an empty one removes it')
      .option('--rpath <folders>', 'the RPATH, joined by ":"; an empty one removes it')
      .option('--clear-exec-stack', 'take the right to execute from the stack', false)
      .option('--out <file>', 'where the patched file goes (default: it replaces the file, as a whole)')
      .option('--dry-run', 'only show the plan', false)
      .addHelpText(
        'after',
        examples([
          'patch --soname libfoo-1.so --out libfoo-1.so libfoo.so',
          "patch --rename-needed libz.so.1=libz-0123abcd.so.1 --runpath '$ORIGIN/../ops.libs' ops.so",
        ]),
      ),
    async (args, options) => (await import('./commands/patch.js')).patch(args, options),
  );
}
