import type { Command as Commander } from 'commander';
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

/** The commands for the archive alone: `pack`, `unpack`, `verify`, `retag`. */
export function defineArchiveCommands({ define, runs, examples }: Definer): void {
  runs(
    withTags(
      define('pack')
        .description('make a wheel of an unpacked one; RECORD is made anew')
        .argument('<folder>', 'a folder with a dist-info folder, as unpack leaves it')
        .option('--out <folder>', 'where the wheel goes', '.')
        .option('--level <0-9>', 'how hard to compress: 0 stores, 1 is fast, 9 is small (default: 6)')
        .option(
          '--jobs <number>',
          'blocks that are deflated at the same time (default: twice the processors and two)',
        ),
    ).addHelpText(
      'after',
      examples(['pack ops-1.0', 'pack ops-1.0 --out dist --build 2', 'pack ops-1.0 --platform-tag auto']),
    ),
    async (args, options) => (await import('./commands/pack.js')).pack(args, options),
  );
  runs(
    define('unpack')
      .description('unpack a wheel into a folder name-version, and compare every file with its hash')
      .argument('<wheel>', 'a wheel')
      .option('--out <folder>', 'where that folder is made', '.')
      .option('--force', 'replace the folder if it is there', false)
      .option('--any-size', 'unpack also what expands more than 50 times', false)
      .addHelpText('after', examples(['unpack dist/ops-1.0-py3-none-any.whl --out tmp'])),
    async (args, options) => (await import('./commands/unpack.js')).unpack(args, options),
  );
  runs(
    define('verify')
      .description(
        'check wheels by every rule of the archive, RECORD and METADATA, with all hashes; exit 1 when one is broken',
      )
      .argument('<wheel...>', 'wheels')
      .option('--strict', 'count what is only recommended, too', false)
      .option('--jobs <number>', 'threads that read contents (default: the processors)')
      .addHelpText('after', examples(['verify dist/*.whl', 'verify --json dist/*.whl'])),
    async (args, options) => (await import('./commands/verify.js')).verify(args, options),
  );
  runs(
    withTags(
      define('retag')
        .description('give a wheel other tags; its contents are copied, not compressed again')
        .argument('<wheel>', 'a wheel')
        .option('--out <folder>', 'where the new wheel goes (default: beside the old one)')
        .option('--remove', 'remove the old wheel', false),
    ).addHelpText(
      'after',
      examples([
        'retag ops-1.0-py3-none-linux_x86_64.whl --platform-tag manylinux2014_x86_64 --remove',
        'retag ops-1.0-py3-none-any.whl --python-tag +py2',
      ]),
    ),
    async (args, options) => (await import('./commands/retag.js')).retag(args, options),
  );
}

/** The options of `wheel tags`. */
function withTags(command: Commander): Commander {
  return command
    .option('--python-tag <tags>', 'these Python tags, joined by "."; +TAG adds, -TAG takes away')
    .option('--abi-tag <tags>', 'these ABI tags, in the same way')
    .option('--platform-tag <tags>', 'these platform tags, in the same way; pack takes auto, too')
    .option('--build <tag>', 'this build tag; an empty one removes it');
}
