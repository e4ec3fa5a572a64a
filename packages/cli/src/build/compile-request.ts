import { resolve } from 'node:path';
import type { CompileRequest, LibrarySelection, Overlay, StaticDependency } from '@wheelwright/runner';
import type { ProjectFile } from '../config/load.js';
import type { ToolTable } from '../config/schema.js';
import { CliError } from '../error.js';
import type { BuildSettings } from './settings.js';

/**
 * What the runner is asked to do: the project's tables with their paths made absolute. Each part carries the key
 * that it came from, so that the runner's errors name it.
 *
 * @param env - the environment of the variant, over the project's own
 * @param machine - this host's architecture, for a build without a target
 */
export function compileRequest(
  file: ProjectFile,
  settings: BuildSettings,
  env: Readonly<Record<string, string>>,
  machine: string,
): CompileRequest {
  const { tool, folder, path } = file;
  const { compile } = tool;
  if (compile === undefined)
    throw new TypeError('a project without tool.wheelwright.compile is not compiled');
  const { source } = tool;
  const variantTable = settings.variant === undefined ? undefined : tool.variants[settings.variant];
  const key = (name: string): string => `${path}: tool.wheelwright.${name}`;
  return {
    origin: key('compile'),
    source: {
      path: resolve(folder, source?.path ?? '.'),
      origin: key('source.path'),
      overlays: [
        ...overlaysOf(source?.overlays ?? [], folder, key('source')),
        ...overlaysOf(variantTable?.overlays ?? [], folder, key(`variants.${settings.variant ?? ''}`)),
      ],
      remove: (source?.remove ?? []).map((value, index) => ({
        value,
        origin: key(`source.remove[${index}]`),
      })),
      patches: (source?.patches ?? []).map((value, index) => ({
        value: resolve(folder, value),
        origin: key(`source.patches[${index}]`),
      })),
      exclude: [settings.out],
    },
    dependencies: tool.static.map((table, index) => staticDependency(table, folder, key(`static[${index}]`))),
    toolchain: settings.toolchain,
    target: settings.target ?? `linux_${machine}`,
    build: buildOf(compile),
    ccache: compile.ccache,
    ...(compile['wheel-command'].length === 0
      ? {}
      : { wheel: { folder: 'dist', origin: key('compile.wheel-command') } }),
    ...(settings.variant === undefined ? {} : { variant: settings.variant }),
    env: { ...compile.env, ...env },
    outputs: librarySelections(file),
  };
}

function overlaysOf(
  tables: readonly { readonly path: string; readonly to?: string | undefined }[],
  folder: string,
  origin: string,
): Overlay[] {
  return tables.map(({ path, to }, index) => ({
    path: resolve(folder, path),
    to: to ?? '.',
    origin: `${origin}.overlays[${index}]`,
  }));
}

function buildOf(compile: NonNullable<ToolTable['compile']>): CompileRequest['build'] {
  const { command, commands, options, 'wheel-command': wheelCommand } = compile;
  if (wheelCommand.length > 0) return { command: wheelCommand };
  if (command !== undefined) return { command };
  if (commands !== undefined) return { commands };
  return { system: compile['build-system'] ?? 'cmake', options };
}

/** `tool.wheelwright.libraries`: which files are native libraries of the package, and where in it they go. */
export function librarySelections({ tool, path }: ProjectFile): LibrarySelection[] {
  return (tool.libraries ?? []).map(({ from, base, to }, index) => ({
    from,
    ...(base === undefined ? {} : { base }),
    ...(to === undefined ? {} : { to }),
    origin: `${path}: tool.wheelwright.libraries[${index}]`,
  }));
}

function staticDependency(
  table: ToolTable['static'][number],
  folder: string,
  origin: string,
): StaticDependency {
  return {
    name: table.name,
    version: table.version,
    origin,
    source: dependencySource(table, folder, origin),
    ...(table.subfolder === undefined ? {} : { subfolder: table.subfolder }),
    build:
      table.commands === undefined
        ? { system: table['build-system'] ?? 'cmake', options: table.options }
        : { commands: table.commands },
    env: table.env,
    licenses: table.licenses,
  };
}

function dependencySource(
  { npm, integrity, archive, sha256 }: ToolTable['static'][number],
  folder: string,
  origin: string,
): StaticDependency['source'] {
  if (npm !== undefined && integrity !== undefined) return { npm, integrity };
  if (archive !== undefined && sha256 !== undefined) {
    return { archive: /^https?:\/\//.test(archive) ? archive : resolve(folder, archive), sha256 };
  }
  const missing = npm === undefined ? 'sha256' : 'integrity';
  throw new CliError('bad-configuration', `${origin}.${missing} is missing: a source is pinned by its hash`, {
    hint: npm === undefined ? 'sha256sum ARCHIVE prints it' : `npm view ${npm} dist.integrity prints it`,
  });
}
