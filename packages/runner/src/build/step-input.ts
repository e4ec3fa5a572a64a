import { substitute, type Placeholders } from '../placeholder.js';
import type { CommandBuild, CommandsBuild, SystemBuild } from '../request.js';
import type { Equipment } from '../toolchain/toolchain.js';

/** All that the steps of a build depend on. */
export interface StepInput {
  readonly build: SystemBuild | CommandBuild | CommandsBuild;
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

/** A build system's own words, with their placeholders filled in: each stays one argument. */
export function optionsOf(
  { options = [] }: SystemBuild,
  { placeholders, origin }: Pick<StepInput, 'placeholders' | 'origin'>,
): string[] {
  return options.map((option) => substitute(option, placeholders, `${origin}.options`));
}
