import { join } from 'node:path';
import type { MesonBuild } from '../request.js';
import type { Step } from '../runner/runner.js';
import { optionsOf, type StepInput } from './step-input.js';

/** Set up with the toolchain's cross file, compiled in the folder `build`, installed where it's a dependency. */
export function mesonSteps(build: MesonBuild, input: StepInput): Step[] {
  const { source: folder, equipment, env, installTo, jobs } = input;
  const binary = join(folder, 'build');
  const setup = [
    '--buildtype=release',
    ...(equipment.mesonCrossFile === undefined ? [] : [`--cross-file=${equipment.mesonCrossFile}`]),
    ...(installTo === undefined ? [] : installOptions(installTo)),
    // Of `-Dname=value` the last one wins; another `--cross-file` is laid over ours.
    ...optionsOf(build, input),
  ];
  const steps: Step[] = [
    { name: 'configure', command: ['meson', 'setup', ...setup, binary, folder], folder, env },
    { name: 'build', command: ['meson', 'compile', '-C', binary, '-j', String(jobs)], folder, env },
  ];
  if (installTo !== undefined) {
    const install = ['meson', 'install', '-C', binary, '--no-rebuild'] as const;
    steps.push({ name: 'install', command: install, folder, env });
  }
  return steps;
}

/** A dependency ends up inside a shared library: static, and position independent. */
function installOptions(prefix: string): string[] {
  return [`--prefix=${prefix}`, '--libdir=lib', '--default-library=static', '-Db_staticpic=true'];
}
