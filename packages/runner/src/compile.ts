import { mkdir, realpath, rename, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buildEnvironment } from './build/environment.js';
import { planSteps } from './build/steps.js';
import { hostTools, type Workshop } from './build/workshop.js';
import { checkRequest } from './check-request.js';
import { provideDependency, type ProvidedDependency } from './dependency/provide.js';
import { publish, refuseExisting } from './destination.js';
import { hashOf } from './digest.js';
import { noSpace, RunnerError, withContext } from './error.js';
import { isLibrary, selectLibraries } from './libraries.js';
import { withLock } from './lock.js';
import { BuildLog } from './log.js';
import { substituteAll } from './placeholder.js';
import type { CompiledResult, CompileOptions, CompileRequest, CompileResult } from './request.js';
import type { Job, JobResult, Runner } from './runner/runner.js';
import { copyLayer } from './source/layer.js';
import { describeMaterial, shortName } from './source/material.js';
import { prepareSource } from './source/prepare.js';
import { SNAPSHOT_NAME, writeSnapshot } from './source/snapshot.js';
import { parseTarget } from './target.js';
import { equipForPython } from './build/python.js';
import { findWheel, isWheel } from './wheel-output.js';
import { chooseToolchain } from './toolchain/choose.js';
import { withBuildTools } from './toolchain/build-tools.js';
import { findCcache } from './toolchain/ccache.js';
import { findProgram } from './toolchain/find-program.js';
import { tripletOf } from './toolchain/machine.js';

/** What compilers call the folders of a build: the same on every machine. */
const NAMES = { source: '/source', prefix: '/prefix' } as const;

/**
 * Compiles a project: prepares its sources, builds its static dependencies, runs its build, and takes its
 * libraries into `destination`, which appears complete or not at all.
 *
 * A command that fails and a cancellation are results. A build that can't be tried, or whose outcome can't be
 * used, is an error.
 *
 * @throws {@link RunnerError} see its codes; `log` is set once commands have run
 */
export async function compile(request: CompileRequest, options: CompileOptions): Promise<CompileResult> {
  const { signal } = options;
  try {
    return await compileLocked(request, options);
  } catch (error) {
    if (signal?.aborted === true) return { status: 'cancelled' };
    throw withContext(error);
  }
}

async function compileLocked(request: CompileRequest, options: CompileOptions): Promise<CompileResult> {
  const {
    signal,
    environment: caller = process.env,
    clock = Date.now,
    destination,
    onEvent = () => undefined,
  } = options;
  const start = clock();
  signal?.throwIfAborted();
  checkRequest(request);
  const target = parseTarget(request.target);
  refuseExisting(destination);
  await mkdir(options.cache, { recursive: true });
  const cache = await realpath(options.cache);
  const { runner } = options;
  const place = await runner.survey(caller, signal);
  const context = { environment: caller, signal, onEvent };
  const toolchain = await chooseToolchain(request.toolchain, target, cache, { ...context, place });
  const tools = await withBuildTools(request, cache, { ...context, place });
  const { environment } = tools;

  // Not of the content: the path stays while the sources change, and a compiler's cache knows files by path.
  const site = [
    runner.name,
    place.image ?? null,
    describeMaterial(request.source, request.source.origin),
    request.build,
    request.variant,
    ...(request.python === undefined ? [] : [request.python]),
    target.tag,
    toolchain.identity,
  ];
  const key = `${shortName(request.source).replaceAll(/[^A-Za-z0-9._-]/g, '_')}-${hashOf(site).slice(0, 16)}`;
  const onWait = (): void => {
    onEvent({ kind: 'stage', stage: 'wait', detail: 'another build of this project is running' });
  };
  return withLock(
    join(cache, 'locks', `${key}.lock`),
    async () => {
      const work = join(cache, 'work', key);
      await rm(work, { recursive: true, force: true });
      const log = new BuildLog(join(cache, 'logs', `${key}.log`));
      const run = (job: Job): Promise<JobResult> =>
        runInto(log, runner, { ...job, timeLimit: options.timeLimit }, { signal, onEvent });
      const jobs = request.jobs ?? place.cpus ?? availableParallelism();
      const generator = findProgram('ninja', environment) === undefined ? undefined : 'Ninja';
      // Another place's ccache would know another place's compilers.
      const caches = runner.name === 'local' && (request.ccache ?? true);
      const launcher = caches ? findCcache(caller, cache) : undefined;
      const reads = { readOnly: [...toolchain.readOnly, ...tools.readOnly], scratch: toolchain.scratch };
      const asked = { target, toolchain, jobs, generator, launcher };
      const workshop = { environment, host: caller, signal, cache, ...asked, reads, onEvent, run };
      try {
        const snapshot = options.snapshot === true;
        const result = await withFreshFolders(work, log, (folder) =>
          build(request, { work: folder, log, workshop, destination, snapshot, prepared: options.prepared }),
        );
        if (result.status !== 'compiled') return result;
        const { image } = place;
        const seconds = (clock() - start) / 1000;
        return { ...result, seconds, ...(image === undefined ? {} : { image }) };
      } catch (error) {
        throw withContext(error, log.hasCommands ? log.path : undefined);
      } finally {
        log.close();
        // What a stray process of the build still writes there is cleared away before the next build.
        await rm(work, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
      }
    },
    { signal, onWait },
  );
}

/** As often is a build begun anew whose node was lost. */
const ATTEMPTS = 4;

/**
 * Begins a build anew when its node is lost, from the sources on and in another folder: what was half built is not
 * what was asked for, and a node that only seems to be lost may still write to the old one.
 */
async function withFreshFolders<T>(
  work: string,
  log: BuildLog,
  body: (folder: string) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const folder = attempt === 1 ? work : join(work, `attempt-${attempt}`);
    await mkdir(join(folder, '..'), { recursive: true });
    try {
      return await body(folder);
    } catch (error) {
      if (!(error instanceof RunnerError) || error.code !== 'node-lost' || attempt === ATTEMPTS) throw error;
      log.line(`${error.message}: beginning anew`);
    }
  }
}

interface Bench {
  /** The folder of this build; it doesn't exist yet. */
  readonly work: string;
  readonly log: BuildLog;
  readonly workshop: Workshop;
  readonly destination: string;
  readonly snapshot: boolean;
  readonly prepared: CompileOptions['prepared'];
}

type Outcome = Omit<CompiledResult, 'seconds'> | Exclude<CompileResult, CompiledResult>;

async function build(request: CompileRequest, bench: Bench): Promise<Outcome> {
  const { work, log, workshop, destination } = bench;
  const { onEvent, signal } = workshop;
  const { origin = 'compile' } = request;
  const folders = { source: join(work, 'source'), prefix: join(work, 'prefix') };
  const [toolchainFolder, temporary] = [join(work, 'toolchain'), join(work, 'tmp')];
  for (const folder of [folders.prefix, toolchainFolder, temporary]) await mkdir(folder, { recursive: true });

  onEvent({
    kind: 'stage',
    stage: 'source',
    detail: describeMaterial(request.source, request.source.origin),
  });
  const treeHash = await provideTree(request, folders.source, bench);
  log.line(`source tree: sha256 ${treeHash}`);
  // Before the build, which writes into the tree.
  const snapshot = bench.snapshot ? join(work, SNAPSHOT_NAME) : undefined;
  if (snapshot !== undefined) await writeSnapshot(folders.source, snapshot, treeHash, signal);

  const dependencies: ProvidedDependency[] = [];
  for (const dependency of request.dependencies ?? []) {
    const provided = await provideDependency(dependency, dependencies, workshop);
    if ('status' in provided) return failure(provided, log);
    dependencies.push(provided);
    const layer = {
      from: provided.prefix,
      to: '.',
      origin: dependency.origin,
      outside: 'source-outside',
    } as const;
    await copyLayer(folders.prefix, layer, signal);
  }

  onEvent({
    kind: 'stage',
    stage: 'compile',
    detail: `${workshop.toolchain.name} for ${workshop.target.tag}`,
  });
  const names = [
    { path: folders.source, name: NAMES.source },
    { path: folders.prefix, name: NAMES.prefix },
  ];
  const prefixes = dependencies.length === 0 ? [] : [folders.prefix];
  const { launcher } = workshop;
  const site = { folder: toolchainFolder, prefixes, names, launcher };
  const equipped = await workshop.toolchain.equip(site);
  const equipment =
    request.wheel === undefined ? equipped : await equipForPython(equipped, toolchainFolder, workshop);
  const placeholders = {
    ...folders,
    ...(request.variant === undefined ? {} : { variant: request.variant }),
    ...(request.python === undefined ? {} : { python: `python${request.python}` }),
    jobs: String(workshop.jobs),
    target: workshop.target.tag,
    triplet: tripletOf(workshop.target),
    ...equipment.tools,
  };
  const declared = substituteAll(request.env ?? {}, placeholders, `${origin}.env`);
  const env = buildEnvironment({ caller: workshop.environment, equipment, declared, temporary });
  const { jobs, generator } = workshop;
  const plan = { build: request.build, origin, source: folders.source, equipment, env };
  const result = await workshop.run({
    steps: planSteps({ ...plan, placeholders, jobs, generator }),
    workspace: work,
    ...workshop.reads,
    results: [{ folder: folders.source, wanted: request.wheel === undefined ? isLibrary : isWheel }],
  });
  if (result.status !== 'done') return failure(result, log);

  onEvent({ kind: 'stage', stage: 'collect', detail: destination });
  const { wheel } = request;
  const libraries =
    wheel === undefined
      ? await selectLibraries(folders.source, request.outputs)
      : [await findWheel(folders.source, wheel)];
  await mkdir(join(destination, '..'), { recursive: true });
  const published = await publish({ libraries, dependencies, log: log.path, snapshot }, destination, signal);
  return {
    status: 'compiled',
    ...published,
    treeHash,
    dependencies: dependencies.map(({ name, version, source, license, cached }) => ({
      ...{ name, version, source, cached },
      ...(license === undefined ? {} : { license }),
    })),
  };
}

/** Moves the tree that was made before into its place, or makes it there. @returns its hash */
async function provideTree({ source }: CompileRequest, folder: string, bench: Bench): Promise<string> {
  const { workshop, destination, prepared } = bench;
  const { cache } = workshop;
  const tree = prepared?.();
  if (tree !== undefined) {
    await rename(tree.folder, folder);
    return tree.treeHash;
  }
  const exclude = [...(source.exclude ?? []), cache, destination];
  return prepareSource({ ...source, exclude }, folder, { ...hostTools(workshop), cache });
}

function failure(result: Exclude<JobResult, { status: 'done' }>, log: BuildLog): Outcome {
  if (result.status === 'cancelled') return result;
  const tail = log.tail();
  // The compiler's words for ENOSPC: what is wrong isn't the project.
  if (tail.some((line) => /No space left on device|ENOSPC/.test(line))) {
    throw noSpace(`${result.step} (${result.command.join(' ')})`, { log: log.path });
  }
  return { ...result, log: log.path, tail };
}

/** Runs a job with everything that it does and says in the log. */
async function runInto(
  log: BuildLog,
  runner: Runner,
  job: Job,
  { signal, onEvent }: Pick<Workshop, 'signal' | 'onEvent'>,
): Promise<JobResult> {
  return runner.run(job, {
    signal,
    onStep: ({ name, command }) => {
      log.command(name, command);
      onEvent({ kind: 'command', step: name, command });
    },
    onPlace: (text) => {
      log.line(text);
      onEvent({ kind: 'output', text });
    },
    onOutput: (chunk) => {
      log.write(chunk);
      onEvent({ kind: 'output', text: chunk.toString('utf8') });
    },
  });
}
