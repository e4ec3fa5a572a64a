import { Option, type Command as Commander } from 'commander';
import type { Definer } from './repair-commands.js';

/** The commands that compile, `build-wheel` and `compile`, and `doctor`, which says what they lack. */
export function defineBuildCommands({ define, runs, examples }: Definer): void {
  runs(
    placeOptions(
      define('build-wheel').description(
        'compile a project (or take libraries that are built already), pack and audit its wheel, keep its artifact',
      ),
    )
      .addOption(
        new Option('--linking <how>', 'how dependencies are linked')
          .choices(['static', 'dynamic'])
          .env('WHEELWRIGHT_LINKING'),
      )
      .addOption(new Option('--out <folder>', 'where the wheel goes').default('dist').env('WHEELWRIGHT_OUT'))
      .addOption(
        new Option('--store <url>', 'where the artifact goes: a folder or file:// URL').env(
          'WHEELWRIGHT_STORE',
        ),
      )
      .addOption(
        new Option('--python <program>', 'the interpreter of --test')
          .default('python3')
          .env('WHEELWRIGHT_PYTHON'),
      )
      .option('--test', 'install the wheel into a clean virtual environment and import it', false)
      .addHelpText(
        'after',
        examples([
          'build-wheel',
          'build-wheel ../mine --variant cu101',
          'build-wheel --toolchain host --test',
        ]),
      ),
    async (args, options) => (await import('./commands/build-wheel.js')).buildWheel(args, options),
  );
  runs(
    placeOptions(
      define('matrix').description(
        'compile every variant for every target and Python; what did not change is taken from the cache',
      ),
    )
      .addOption(
        new Option('--out <folder>', 'each cell goes to matrix/CELL in it')
          .default('dist')
          .env('WHEELWRIGHT_OUT'),
      )
      .addOption(
        new Option(
          '--store <url>',
          'where finished cells are shared with other machines: s3://BUCKET/PREFIX or a folder (default: tool.wheelwright.store)',
        ).env('WHEELWRIGHT_STORE'),
      )
      .option('--dry-run', 'say what would be compiled, and compile nothing', false)
      .option(
        '--resume',
        'go on with a run that was interrupted: what failed in it is not tried again',
        false,
      )
      .addHelpText('after', examples(['matrix', 'matrix --dry-run', 'matrix --runner slurm --json'])),
    async (args, options) => (await import('./commands/matrix.js')).matrix(args, options),
  );
  runs(
    placeOptions(
      define('compile').description(
        'compile a project and hold what comes out against its target; no wheel, no artifact',
      ),
    )
      .addOption(
        new Option('--out <folder>', 'the libraries go to compiled/NAME in it')
          .default('dist')
          .env('WHEELWRIGHT_OUT'),
      )
      .addOption(
        new Option(
          '--store <url>',
          'through which sources and results go to and from Kubernetes: s3://BUCKET/PREFIX (default: tool.wheelwright.store)',
        ).env('WHEELWRIGHT_STORE'),
      )
      .addHelpText(
        'after',
        examples([
          'compile',
          'compile --runner docker --image manylinux:2014 --toolchain gcc',
          'compile --runner kubernetes --image registry/manylinux:2014 --store s3://bucket/prefix',
        ]),
      ),
    async (args, options) => (await import('./commands/compile.js')).compileCommand(args, options),
  );
  runs(
    define('doctor')
      .description(
        'tell which tools, engines and credentials are here and what each missing one costs; exit 3 where the project needs one',
      )
      .argument(
        '[project]',
        'the folder with pyproject.toml (default: WHEELWRIGHT_PROJECT, else this folder)',
      )
      .addHelpText('after', examples(['doctor', 'doctor ../mine --json'])),
    async (args) => (await import('./commands/doctor.js')).doctor(args),
  );
}

/** What is compiled, where, with what, and for what. */
function placeOptions(command: Commander): Commander {
  return command
    .argument('[project]', 'the folder with pyproject.toml (default: WHEELWRIGHT_PROJECT, else this folder)')
    .addOption(
      new Option('--variant <word>', 'the variant that is asked for: cpu, native, cu102 ...').env(
        'WHEELWRIGHT_VARIANT',
      ),
    )
    .addOption(
      new Option('--runner <where>', 'where to compile')
        .choices(['local', 'docker', 'slurm', 'kubernetes'])
        .env('WHEELWRIGHT_RUNNER'),
    )
    .addOption(
      new Option('--image <name>', 'the image that the runners docker and kubernetes compile in').env(
        'WHEELWRIGHT_IMAGE',
      ),
    )
    .addOption(
      new Option('--toolchain <what>', 'what to compile with')
        .choices(['zig', 'host', 'gcc'])
        .env('WHEELWRIGHT_TOOLCHAIN'),
    )
    .addOption(
      new Option('--platform <tag>', 'the platform tag to build for and to claim').env(
        'WHEELWRIGHT_PLATFORM',
      ),
    )
    .option(
      '--source-snapshot',
      'keep an archive of exactly what was compiled, also with the artifact',
      false,
    );
}
