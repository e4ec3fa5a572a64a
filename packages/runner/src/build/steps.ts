import { join } from 'node:path';
import { RunnerError } from '../error.js';
import { substitute, type Placeholders } from '../placeholder.js';
import type { CMakeBuild, CommandBuild, CommandsBuild } from '../request.js';
import type { Step } from '../runner/runner.js';
import type { Equipment } from '../toolchain/toolchain.js';

/** All that the steps of a build depend on. */
export interface StepInput {
  readonly build: CMakeBuild | CommandBuild | CommandsBuild;
  /** The configuration key of the build, for messages. */
  readonly origin: string;
  readonly source: string;
  readonly equipment: Equipment;
  readonly env: Readonly<Record<string, string>>;
  readonly placeholders: Placeholders;
  readonly jobs: number;
  /** CMake's generator; its own default if absent. */
  readonly generator?: string | undefined;
  /** Where a dependency is installed to; a project's libraries are taken from where they were built. */
  readonly installTo?: string;
}

/** Plans the programs that a build starts. */
export function planSteps(input: StepInput): Step[] {
  const { build, origin } = input;
  if ('system' in build) return cmakeSteps(build, input);
  if ('command' in build) return [step('build', build.command, input, `${origin}.command`)];
  return build.commands.map((command, index) =>
    step(`command ${index + 1}`, command, input, `${origin}.commands[${index}]`),
  );
}

function step(name: string, command: readonly string[], input: StepInput, origin: string): Step {
  const [program, ...args] = command.map((argument) => substitute(argument, input.placeholders, origin));
  if (program === undefined || program === '') {
    throw new RunnerError('bad-request', `${origin}: there is no program in it`, {
      hint: 'a command is a list of words, the program first: ["tools/build.sh", "{variant}"]',
    });
  }
  return { name, command: [program, ...args], folder: input.source, env: input.env };
}

function cmakeSteps(build: CMakeBuild, input: StepInput): Step[] {
  const { source: folder, equipment, env, generator, installTo, jobs } = input;
  const { options = [] } = build;
  const binary = join(folder, 'build');
  const settings = [
    'CMAKE_BUILD_TYPE=Release',
    ...(equipment.cmakeToolchainFile === undefined
      ? []
      : [`CMAKE_TOOLCHAIN_FILE=${equipment.cmakeToolchainFile}`]),
    ...(installTo === undefined ? [] : installSettings(installTo)),
  ];
  const asked = options.map((option) => substitute(option, input.placeholders, `${input.origin}.options`));
  const chosen = asked.some((option) => option.startsWith('-G')) || generator === undefined;
  const configure = [
    ...['-S', folder, '-B', binary],
    ...(chosen ? [] : ['-G', generator]),
    ...settings.map((setting) => `-D${setting}`),
    // The last one wins: what was asked for stands over what we'd choose.
    ...asked,
  ];
  const steps: Step[] = [
    { name: 'configure', command: ['cmake', ...configure], folder, env },
    { name: 'build', command: ['cmake', '--build', binary, '--parallel', String(jobs)], folder, env },
  ];
  if (installTo !== undefined) {
    steps.push({ name: 'install', command: ['cmake', '--install', binary], folder, env });
  }
  return steps;
}

/** A dependency ends up inside a shared library: static, and position independent. */
function installSettings(prefix: string): string[] {
  return [
    `CMAKE_INSTALL_PREFIX=${prefix}`,
    'CMAKE_INSTALL_LIBDIR=lib',
    'BUILD_SHARED_LIBS=OFF',
    'CMAKE_POSITION_INDEPENDENT_CODE=ON',
  ];
}
