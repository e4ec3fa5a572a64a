import { resolve } from 'node:path';
import { Argument, Command as Commander, CommanderError, InvalidArgumentError, Option } from 'commander';
import { defineArchiveCommands } from './archive-commands.js';
import { defineBuildCommands } from './build-commands.js';
import type { Command, GlobalOptions } from './command.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { examples, globalHelp, screenHelp, withGlobalOptions } from './help.js';
import { defineRepairCommands } from './repair-commands.js';
import type { Host } from './run.js';
import { defineStoreCommands } from './store-commands.js';
import { version } from './version.js';

/** What is to be run. */
export interface Invocation {
  readonly options: GlobalOptions;
  readonly command: Command;
}

/** A parsed command line: something to run, or one that help, version or a usage error has answered. */
export type Parsed =
  | { readonly kind: 'run'; readonly invocation: Invocation }
  | { readonly kind: 'answered'; readonly exitCode: ExitCode };

/** The command line as data. Each command's code is loaded only when it runs. */
export function createProgram(host: Host): { parse(args: readonly string[]): Promise<Parsed> } {
  let invocation: Invocation | undefined;
  const program = new Commander('wheelwright')
    .description('Turns compiled native code into Python wheels that install where they claim to.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
    })
    .showHelpAfterError('(run the command with --help to see what it takes)')
    .showSuggestionAfterError()
    .configureHelp(screenHelp())
    .addHelpText('after', globalHelp)
    .addHelpText('after', examples(['build-wheel', 'audit dist/*.whl', 'help repair']));

  const define = (name: string): Commander => withGlobalOptions(program.command(name));
  /** Remembers what to run: parsing itself does nothing. */
  const runs = (
    command: Commander,
    load: (args: string[], options: Record<string, unknown>) => Promise<Command>,
  ): void => {
    command.action(async () => {
      const options = command.opts<Record<string, unknown>>();
      invocation = {
        options: globalOptions(options, host),
        command: await load(argumentsOf(command), options),
      };
    });
  };

  defineBuildCommands({ define, runs, examples });
  runs(
    define('audit')
      .description(
        'judge wheels and ELF files by the tags that they claim, with reasons; exit 1 when a claim does not hold',
      )
      .argument('<path...>', 'wheels, ELF files or folders')
      .option('--policy <name>', 'judge by this policy instead, such as manylinux2014_x86_64')
      .option(
        '--exclude <pattern>',
        'a library that will be there, such as libcuda.so.1 or "libcu*" (repeatable)',
        (pattern: string, before: readonly string[]) => [...before, pattern],
        [],
      )
      .option(
        '--ldpaths <folders>',
        'look for missing libraries in these folders of this machine, joined by ":"',
      )
      .option('--all', 'name every symbol, file and version', false)
      .addHelpText(
        'after',
        examples([
          'audit dist/*.whl',
          'audit --policy manylinux2014_x86_64 build/libmxnet.so',
          'audit --exclude "libcu*" --exclude libcuda.so.1 dist/mine-cu12.whl',
        ]),
      ),
    async (args, options) => (await import('./commands/audit.js')).audit(args, options),
  );
  runs(
    define('inspect')
      .description('show what ELF files say: dependencies, symbol versions, notes')
      .argument('<file...>', 'ELF files')
      .option('--tree', 'also find the libraries that this machine would load for each file', false)
      .addHelpText(
        'after',
        examples(['inspect libmxnet.so', 'inspect --json build/*.so', 'inspect --tree build/tool']),
      ),
    async (args, options) => (await import('./commands/inspect.js')).inspect(args, options),
  );
  runs(
    variantOptions(
      define('variant')
        .description('tell which variant (cpu, native, cu102 ...) libraries are, with the evidence')
        .argument('<library>', 'a shared library, a wheel, or the folder of an artifact'),
    )
      .option(
        '--experimental-variant-label',
        'print the label of variant wheels, too (PEP 825, a draft)',
        false,
      )
      .addHelpText(
        'after',
        examples(['variant libmxnet.so', 'variant --probe runtime libmxnet.so', 'variant dist/*.whl --json']),
      ),
    async (args, options) => (await import('./commands/variant.js')).variant(args, options),
  );
  runs(
    variantOptions(
      define('identify')
        .description('tell what a build is: commit, operating system, variant and linking, with the evidence')
        .argument('[path]', 'a shared library, a wheel, or the folder of an artifact'),
    )
      .option('--git-sha <commit>', 'the whole hash of the commit')
      .option('--branch <name>', 'the branch')
      .option('--os <word>', 'the operating system, such as ubuntu16.04')
      .option('--root <folder>', "the root of a container's file system, whose operating system counts")
      .option('--static', 'dependencies are linked into the library')
      .option('--dynamic', 'dependencies are libraries of their own')
      .option(
        '--commit-env <names>',
        'the variables that may hold the commit, in their order, with commas',
        names,
      )
      .option(
        '--branch-env <names>',
        'the variables that may hold the branch, in their order, with commas',
        names,
      )
      .addHelpText(
        'after',
        examples([
          'identify',
          'identify --static lib/libmxnet.so',
          'identify --commit-env MY_SHA,GIT_COMMIT --json',
        ]),
      ),
    async (args, options) => (await import('./commands/identify.js')).identify(args, options),
  );
  defineArchiveCommands({ define, runs, examples });
  defineStoreCommands({ define, runs, examples });
  defineRepairCommands({ define, runs, examples });
  runs(
    define('completion')
      .description('print the completion of this command line for a shell')
      .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish', 'powershell']))
      .addHelpText(
        'after',
        examples(['completion bash > ~/.local/share/bash-completion/completions/wheelwright']),
      ),
    async ([shell]) => (await import('./commands/completion.js')).completion(program, shell),
  );

  return {
    async parse(args) {
      // What a shell's completion asks, word by word: `complete -- WORD...`.
      if (args[0] === 'complete') {
        await (await import('./commands/completion.js')).complete(program, args.slice(2));
        return { kind: 'answered', exitCode: EXIT.done };
      }
      try {
        await program.parseAsync([...args], { from: 'user' });
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        return { kind: 'answered', exitCode: error.exitCode === 0 ? EXIT.done : EXIT.badInput };
      }
      if (invocation === undefined) {
        program.outputHelp({ error: true });
        return { kind: 'answered', exitCode: EXIT.badInput };
      }
      return { kind: 'run', invocation };
    },
  };
}

/** What both commands that find a variant take. */
function variantOptions(command: Commander): Commander {
  return command
    .addOption(
      new Option('--variant <word>', 'the variant that is expected: cpu, native, cu102 ...').env(
        'WHEELWRIGHT_VARIANT',
      ),
    )
    .addOption(
      new Option(
        '--probe <how>',
        'elf: by its bytes, nothing is loaded; runtime: also load it, in a process of its own',
      )
        .choices(['elf', 'runtime'])
        .default('elf'),
    )
    .option('--probe-timeout <seconds>', 'how long loading may take', seconds, 30)
    .option('--no-nvcc', "don't ask the machine's nvcc for the version of CUDA");
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value <= 3600)) {
    throw new InvalidArgumentError('Expected are seconds: more than 0, at most 3600.');
  }
  return value;
}

function names(text: string): string[] {
  const list = text.split(',').map((name) => name.trim());
  if (!list.every((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))) {
    throw new InvalidArgumentError('Expected are names of environment variables with commas between them.');
  }
  return list;
}

function globalOptions(options: Record<string, unknown>, host: Host): GlobalOptions {
  const folder = options['cwd'];
  return {
    json: options['json'] === true,
    quiet: options['quiet'] === true,
    verbose: options['verbose'] === true,
    color: options['color'] !== false,
    cwd: typeof folder === 'string' ? resolve(host.cwd(), folder) : host.cwd(),
  };
}

/** Positional arguments, with a variadic one spread and an absent optional one left out. */
function argumentsOf(command: Commander): string[] {
  return command.processedArgs.flat().filter((argument): argument is string => typeof argument === 'string');
}
