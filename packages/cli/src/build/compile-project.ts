import { mkdir, rename, rm } from 'node:fs/promises';
import { arch } from 'node:os';
import { join } from 'node:path';
import type { CompiledResult, CompileEvent, FailedResult, LinkedDependency } from '@wheelwright/runner';
import type { CommandContext } from '../command.js';
import type { ProjectFile } from '../config/load.js';
import { CliError } from '../error.js';
import { compileRequest, librarySelections, sourceRequest } from './compile-request.js';
import { lacksMuslName, nameMuslLibc } from './musl-libc.js';
import { cacheOf, chooseRunner } from './runner.js';
import type { BuildSettings } from './settings.js';
import { applyVariant } from './variant-table.js';

/** A file of a build: its name below the package (or among the licences), and where it lies. */
export interface BuiltFile {
  readonly name: string;
  readonly path: string;
}

/** The native libraries of a project, wherever they came from. */
export interface Libraries {
  readonly status: 'ready';
  /** In the order of the configuration: the first one is the artifact's own. */
  readonly libraries: readonly BuiltFile[];
  /** Licence files of what was linked in. */
  readonly licenses: readonly BuiltFile[];
  /** Static dependencies that were linked in. */
  readonly dependencies: readonly LinkedDependency[];
  /** The archive of the source tree, where one was asked for. */
  readonly snapshot?: BuiltFile;
  /** The platform tag that was compiled for; undefined for what belongs to this machine. */
  readonly compiledFor: string | undefined;
  /** What it was compiled in, with its digest; undefined on this host itself. */
  readonly image: CompiledResult['image'];
  readonly seconds: number;
}

/**
 * Compiles a project, or takes the libraries that it has already. What was compiled stays in `OUT/compiled/NAME`
 * with its log, until the next build of the same project.
 */
export async function provideLibraries(
  file: ProjectFile,
  settings: BuildSettings,
  cache: string,
  context: CommandContext,
): Promise<Libraries | FailedResult> {
  const { selectLibraries } = await import('@wheelwright/runner');
  const selections = librarySelections(file);
  if (file.tool.compile !== undefined) return compileProject(file, settings, cache, context);
  if (settings.sourceSnapshot) {
    throw new CliError('usage', `${file.path}: --source-snapshot: nothing is compiled`, {
      hint: 'the project takes libraries as they are: it has no tool.wheelwright.compile',
    });
  }
  context.reporter.step('collecting the libraries');
  const libraries =
    file.tool.source === undefined
      ? await selectLibraries(file.folder, selections)
      : await collectFromSource(file, settings, cache, context);
  const nothing = { licenses: [], dependencies: [], compiledFor: undefined, image: undefined };
  return { status: 'ready', libraries, ...nothing, seconds: 0 };
}

/** Libraries that were built elsewhere: of a published wheel, an archive, a commit. */
async function collectFromSource(
  file: ProjectFile,
  settings: BuildSettings,
  cache: string,
  { host, reporter, signal }: CommandContext,
): Promise<BuiltFile[]> {
  const { collectLibraries } = await import('@wheelwright/runner');
  const request = { source: sourceRequest(file, settings), outputs: librarySelections(file) };
  const { destination, keep } = await placeBeside(file, settings);
  const onEvent = (event: CompileEvent): void => {
    report(event, reporter);
  };
  const options = { cache, destination, signal, environment: host.env, onEvent };
  const { outputs } = await collectLibraries(request, options);
  const moved = await keep();
  return outputs.map(({ name, path }) => ({ name, path: moved(path) }));
}

/** A place for a build beside `OUT/compiled/NAME`, and what puts it there and then says where each file is. */
async function placeBeside(
  file: ProjectFile,
  settings: BuildSettings,
): Promise<{ readonly destination: string; readonly keep: () => Promise<(path: string) => string> }> {
  const kept = join(settings.out, 'compiled', file.project.name);
  const destination = `${kept}.${process.pid}`;
  await mkdir(join(settings.out, 'compiled'), { recursive: true });
  return {
    destination,
    keep: async () => {
      await rm(kept, { recursive: true, force: true });
      await rename(destination, kept);
      return (path) => join(kept, path.slice(destination.length + 1));
    },
  };
}

async function compileProject(
  file: ProjectFile,
  settings: BuildSettings,
  cache: string,
  { host, reporter, signal }: CommandContext,
): Promise<Libraries | FailedResult> {
  const { compile } = await import('@wheelwright/runner');
  const timeLimit = file.tool.compile?.['time-limit'];
  const { env } = applyVariant(file, settings.variant);
  const { destination, keep } = await placeBeside(file, settings);
  const place = cacheOf(file, settings, cache);
  const result = await compile(compileRequest(file, settings, env, machineWord()), {
    runner: await chooseRunner(file, settings, place),
    ...(timeLimit === undefined ? {} : { timeLimit }),
    cache: place,
    destination,
    snapshot: settings.sourceSnapshot,
    signal,
    environment: host.env,
    onEvent: (event) => {
      report(event, reporter);
    },
  });
  if (result.status === 'cancelled') throw signal.reason;
  if (result.status === 'failed') return result;
  if (lacksMuslName(file, settings.target)) {
    try {
      await nameMuslLibc(result.outputs, signal);
    } catch (error) {
      await rm(destination, { recursive: true, force: true });
      throw error;
    }
  }
  const moved = await keep();
  return {
    status: 'ready',
    libraries: result.outputs.map(({ name, path }) => ({ name, path: moved(path) })),
    // An artifact's licences are base names: the folders become part of theirs.
    licenses: result.licenses.map(({ name, path }) => ({
      name: name.replaceAll('/', '-'),
      path: moved(path),
    })),
    dependencies: result.dependencies,
    ...(result.snapshot === undefined
      ? {}
      : { snapshot: { name: result.snapshot.name, path: moved(result.snapshot.path) } }),
    compiledFor: settings.toolchain === 'host' ? undefined : settings.target,
    image: result.image,
    seconds: result.seconds,
  };
}

function report(event: CompileEvent, reporter: CommandContext['reporter']): void {
  switch (event.kind) {
    case 'stage':
      reporter.step(`${event.stage}: ${event.detail}`);
      break;
    case 'command':
      reporter.detail(event.step);
      break;
    case 'output': {
      const line = event.text.trimEnd().split('\n').at(-1) ?? '';
      // A terminal's width is its own business, a hundred letters of a compiler's line say enough.
      reporter.detail(line.slice(0, 100));
    }
  }
}

/** Node's word for this machine in those of platform tags. */
export function machineWord(): string {
  const words: Readonly<Record<string, string>> = {
    x64: 'x86_64',
    arm64: 'aarch64',
    ia32: 'i686',
    arm: 'armv7l',
  };
  return words[arch()] ?? arch();
}
