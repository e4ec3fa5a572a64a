import type { MakeBuild } from '../request.js';
import type { Step } from '../runner/runner.js';
import { optionsOf, type StepInput } from './step-input.js';

/**
 * make in the tree. The compilers are said on its command line, where they win over a `CC = gcc` of the makefile;
 * CFLAGS and the like are in the environment, where the makefile's own win, as they have to.
 */
export function makeSteps(build: MakeBuild, input: StepInput): Step[] {
  const { source: folder, equipment, env, installTo, jobs } = input;
  const { cc, cxx, ar, ranlib } = equipment.tools;
  const given = ['-j', String(jobs), `CC=${cc}`, `CXX=${cxx}`, `AR=${ar}`, `RANLIB=${ranlib}`];
  // Of two assignments the last one wins.
  const all = [...given, ...optionsOf(build, input)];
  const steps: Step[] = [{ name: 'build', command: ['make', ...all], folder, env }];
  if (installTo !== undefined) {
    // GNU's word for it, and the one of most makefiles that were written by hand.
    const install = [...given, ...variables(all), `prefix=${installTo}`, `PREFIX=${installTo}`, 'install'];
    steps.push({ name: 'install', command: ['make', ...install], folder, env });
  }
  return steps;
}

/** The assignments among the words for make, without its targets. */
function variables(words: readonly string[]): string[] {
  return words.filter((word) => /^[A-Za-z_][A-Za-z0-9_]*[:+?]?=/.test(word));
}
