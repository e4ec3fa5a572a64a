import type { Project } from '@wheelwright/wheel';
import type { ProjectFile } from '../config/load.js';
import { CliError } from '../error.js';

/** What a variant's table changes of the project's metadata; absent where the project has no such table. */
export interface VariantTable {
  readonly readmeAppendix: string | undefined;
  readonly project: Project;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Applies `[tool.wheelwright.variants.WORD]` to the metadata: another distribution name (`mxnet-cu101`), summary,
 * more requirements, text behind the readme, environment of the compile command.
 */
export function applyVariant({ project, tool }: ProjectFile, variant: string | undefined): VariantTable {
  const table = variant === undefined ? undefined : tool.variants[variant];
  if (table === undefined) return { project, readmeAppendix: undefined, env: {} };
  return {
    project: {
      ...project,
      ...(table.name === undefined ? {} : { name: table.name }),
      ...(table.summary === undefined ? {} : { description: table.summary }),
      dependencies: [...(project.dependencies ?? []), ...table['requires-dist']],
    },
    readmeAppendix: table.readme,
    env: table.env,
  };
}

/**
 * A command or an environment that speaks of `{variant}` can't run before it is known.
 *
 * @throws {@link CliError} `usage` where no variant was asked for
 */
export function requireVariant({ path, tool }: ProjectFile, variant: string | undefined): void {
  if (variant !== undefined || tool.compile === undefined) return;
  const { command = [], commands = [], options, env, 'wheel-command': wheelCommand } = tool.compile;
  const words = [...command, ...commands.flat(), ...wheelCommand, ...options, ...Object.values(env)];
  const speaking = words.find((text) => text.includes('{variant}'));
  if (speaking === undefined) return;
  throw new CliError('usage', `${path}: tool.wheelwright.compile: "${speaking}" needs to know the variant`, {
    hint: 'say which one: --variant cpu (or native, cu102 ...)',
  });
}
