import { resolve } from 'node:path';
import type {
  CompileRequest,
  LibrarySelection,
  Overlay,
  SourceRequest,
  StaticDependency,
} from '@wheelwright/runner';
import type { ProjectFile } from '../config/load.js';
import type { ToolTable } from '../config/schema.js';
import { material, pinnedMaterial } from './material.js';
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
  const key = (name: string): string => `${path}: tool.wheelwright.${name}`;
  return {
    origin: key('compile'),
    source: sourceRequest(file, settings),
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

function buildOf(compile: NonNullable<ToolTable['compile']>): CompileRequest['build'] {
  const { command, commands, options, 'wheel-command': wheelCommand } = compile;
  if (wheelCommand.length > 0) return { command: wheelCommand };
  if (command !== undefined) return { command };
  if (commands !== undefined) return { commands };
  return { system: compile['build-system'] ?? 'cmake', options };
}

/** `tool.wheelwright.source`: the tree, and what is done to it. */
export function sourceRequest(
  { tool, folder, path }: ProjectFile,
  settings: Pick<BuildSettings, 'out' | 'variant'>,
): SourceRequest {
  const table = tool.source ?? { overlays: [], remove: [], patches: [] };
  const key = (name: string): string => `${path}: tool.wheelwright.source${name}`;
  const variant = settings.variant === undefined ? undefined : tool.variants[settings.variant];
  const base = material(table, folder);
  return {
    ...base,
    ...part(table.subdir),
    origin: key('path' in base ? '.path' : ''),
    overlays: [
      ...overlaysOf(table.overlays, folder, key('')),
      ...overlaysOf(
        variant?.overlays ?? [],
        folder,
        `${path}: tool.wheelwright.variants.${settings.variant ?? ''}`,
      ),
    ],
    remove: table.remove.map((value, index) => ({ value, origin: key(`.remove[${index}]`) })),
    patches: table.patches.map((value, index) => ({
      value: resolve(folder, value),
      origin: key(`.patches[${index}]`),
    })),
    exclude: [settings.out],
  };
}

function overlaysOf(
  tables: NonNullable<ToolTable['source']>['overlays'],
  folder: string,
  origin: string,
): Overlay[] {
  return tables.map((overlay, index) => ({
    ...material(overlay, folder),
    ...part(overlay.subdir),
    to: overlay.to ?? '.',
    origin: `${origin}.overlays[${index}]`,
  }));
}

function part(subfolder: string | undefined): { readonly subfolder?: string } {
  return subfolder === undefined ? {} : { subfolder };
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
  const source = pinnedMaterial(table, folder);
  if (source === undefined) throw new TypeError(`${origin} has no source, and the schema asks for one`);
  return {
    name: table.name,
    version: table.version,
    origin,
    source,
    ...part(table.subfolder),
    ...(table.license === undefined ? {} : { license: table.license }),
    build:
      table.commands === undefined
        ? { system: table['build-system'] ?? 'cmake', options: table.options }
        : { commands: table.commands },
    env: table.env,
    licenses: table.licenses,
  };
}
