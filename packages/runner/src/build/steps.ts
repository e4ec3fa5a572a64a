import { RunnerError } from '../error.js';
import { substitute } from '../placeholder.js';
import type { SystemBuild } from '../request.js';
import type { Step } from '../runner/runner.js';
import { cmakeSteps } from './cmake.js';
import { makeSteps } from './make.js';
import { mesonSteps } from './meson.js';
import type { StepInput } from './step-input.js';

/** Plans the programs that a build starts. */
export function planSteps(input: StepInput): Step[] {
  const { build, origin } = input;
  if ('system' in build) return systemSteps(build, input);
  if ('command' in build) return [step('build', build.command, input, `${origin}.command`)];
  return build.commands.map((command, index) =>
    step(`command ${index + 1}`, command, input, `${origin}.commands[${index}]`),
  );
}

function systemSteps(build: SystemBuild, input: StepInput): Step[] {
  switch (build.system) {
    case 'cmake':
      return cmakeSteps(build, input);
    case 'meson':
      return mesonSteps(build, input);
    case 'make':
      return makeSteps(build, input);
  }
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
