import { join } from 'node:path';
import type { CMakeBuild } from '../request.js';
import type { Step } from '../runner/runner.js';
import { optionsOf, type StepInput } from './step-input.js';

/** Configured for the toolchain, built in the folder `build`, installed where it's a dependency. */
export function cmakeSteps(build: CMakeBuild, input: StepInput): Step[] {
  const { source: folder, equipment, env, generator, installTo, jobs } = input;
  const binary = join(folder, 'build');
  const settings = [
    'CMAKE_BUILD_TYPE=Release',
    ...(equipment.cmakeToolchainFile === undefined
      ? []
      : [`CMAKE_TOOLCHAIN_FILE=${equipment.cmakeToolchainFile}`]),
    ...(installTo === undefined ? [] : installSettings(installTo)),
  ];
  const asked = optionsOf(build, input);
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
