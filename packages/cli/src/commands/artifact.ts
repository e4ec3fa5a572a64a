import { basename, resolve } from 'node:path';
import {
  collectGarbage,
  listArtifacts,
  pullArtifact,
  pushArtifact,
  readArtifact,
  removeArtifact,
  type ArtifactId,
  type ArtifactReading,
  type Garbage,
} from '@wheelwright/artifact';
import type { Store } from '@wheelwright/store';
import {
  ageOf,
  artifactRequest,
  concurrencyOf,
  filterOf,
  type ArtifactAction,
  type ArtifactRequest,
} from '../artifact/flags.js';
import { filesOfRole } from '../artifact/files.js';
import { identityOf, identityOfPrefix, requiredVariant } from '../artifact/identity.js';
import { artifactStore } from '../artifact/store.js';
import type { Command, CommandContext, CommandResult } from '../command.js';
import { CliError } from '../error.js';
import { EXIT } from '../exit-code.js';
import { describeArtifact, describeSummary } from '../render/artifact.js';
import { transferProgress } from '../render/transfer.js';
import { version } from '../version.js';

type Action = (request: ArtifactRequest, store: Store, context: CommandContext) => Promise<CommandResult>;

/** `artifact push|pull|list|show|verify|rm|gc`, and the flags of MXNet's artifact_repository.py. */
export function artifact(words: readonly string[], options: Record<string, unknown>): Command {
  return async (context) => {
    const request = artifactRequest(words, options);
    return actions[request.action](request, await artifactStore(request.flags, context), context);
  };
}

const actions: Readonly<Record<ArtifactAction, Action>> = { push, pull, list, show, verify, rm, gc };

async function push(
  { flags, args }: ArtifactRequest,
  store: Store,
  context: CommandContext,
): Promise<CommandResult> {
  const { cwd } = context.options;
  const library = flags.library ?? args[0];
  if (library === undefined || args.length > (flags.library === undefined ? 1 : 0)) {
    throw new CliError('usage', 'artifact: a push needs one library', { hint: 'pass --libmxnet PATH' });
  }
  const licenses = await filesOfRole(flags.licenses ?? [], 'license', cwd);
  if (flags.requireLicenses === true && licenses.length === 0) {
    throw new CliError('usage', 'artifact: --require-licenses, and no license is there', {
      hint: 'pass --licenses PATH...',
    });
  }
  const dependencies = await filesOfRole(flags.dependencies ?? [], 'dependency', cwd);
  // Loaded late: nothing but a push looks into libraries.
  const { judgeLibrary } = await import('../artifact/judge-library.js');
  const brought = dependencies.map(({ name }) => name);
  const { variant, confirmation } = judgeLibrary(library, brought, flags, context);
  const id = await identityOf(flags, context, variant);
  context.reporter.step(`pushing ${library}`);
  const result = await pushArtifact(store, {
    id,
    library: { path: resolve(cwd, library), name: basename(library) },
    files: [...licenses, ...dependencies],
    layout: flags.layout,
    replace: flags.replace,
    tool: `wheelwright ${version}`,
    created: new Date(),
    confirmation,
    signal: context.signal,
    onProgress: transferProgress(context.reporter),
  });
  return {
    exitCode: EXIT.done,
    document: { schema: 'wheelwright/artifact@1', ...result.artifact, status: result.status },
    text: `${context.style.green('✔')} ${result.status}\n${describeArtifact(result.artifact)}`,
  };
}

async function pull(
  { flags, args }: ArtifactRequest,
  store: Store,
  context: CommandContext,
): Promise<CommandResult> {
  const [folder, ...more] = args;
  if (folder === undefined || more.length > 0) {
    throw new CliError('usage', 'artifact: a pull needs one folder', { hint: 'such as ./dist' });
  }
  const id = await identityOf(flags, context, Promise.resolve(requiredVariant(flags)));
  context.reporter.step(`pulling into ${folder}`);
  const result = await pullArtifact(store, {
    id,
    folder: resolve(context.options.cwd, folder),
    layout: flags.layout,
    concurrency: concurrencyOf(flags.concurrency),
    signal: context.signal,
    onProgress: transferProgress(context.reporter),
  });
  if (result.status === 'not-found') {
    const lines = result.nearby.map((summary) => `\n  ${describeSummary(summary)}`);
    throw new CliError('not-found', `artifact: there is none under ${store.urlOf(result.prefix)}`, {
      hint:
        lines.length === 0
          ? 'no artifact of this commit is there; `artifact list` shows others'
          : `of this commit there are:${lines.join('')}`,
    });
  }
  if (!result.verified) {
    context.reporter.warn(
      'the meta file is of the script, without digests: nothing says whether these are the bytes',
    );
  }
  return {
    exitCode: EXIT.done,
    document: { schema: 'wheelwright/artifact@1', ...result.artifact, folder, verified: result.verified },
    text: `${context.style.green('✔')} pulled into ${folder}\n${describeArtifact(result.artifact)}`,
  };
}

async function list(
  { flags }: ArtifactRequest,
  store: Store,
  { signal }: CommandContext,
): Promise<CommandResult> {
  const results = [];
  for await (const summary of listArtifacts(store, {
    layout: flags.layout,
    filter: filterOf(flags),
    signal,
  })) {
    results.push(summary);
  }
  return {
    exitCode: EXIT.done,
    document: { schema: 'wheelwright/artifact-list@1', store: store.url, results },
    text: results.length === 0 ? `no artifacts in ${store.url}` : results.map(describeSummary).join('\n'),
  };
}

async function show(request: ArtifactRequest, store: Store, context: CommandContext): Promise<CommandResult> {
  const reading = await read(request, store, context, false);
  return {
    exitCode: EXIT.done,
    document: { schema: 'wheelwright/artifact@1', ...reading.artifact, state: reading.state },
    text: [describeArtifact(reading.artifact), ...problemLines(reading, context)].join('\n'),
  };
}

/** What isn't as the meta file says. */
function problemLines(reading: ArtifactReading, { style }: CommandContext): string[] {
  const problems = reading.state === 'damaged' ? reading.problems : [];
  return problems.map((problem) => `${style.red('✗')} ${problem}`);
}

async function verify(
  request: ArtifactRequest,
  store: Store,
  context: CommandContext,
): Promise<CommandResult> {
  context.reporter.step('reading every file');
  const reading = await read(request, store, context, true);
  const { artifact: found } = reading;
  const problems = reading.state === 'damaged' ? reading.problems : [];
  const ok = reading.state === 'whole';
  return {
    exitCode: ok ? EXIT.done : EXIT.refused,
    document: { schema: 'wheelwright/artifact-verify@1', ...found, ok, problems },
    text: ok
      ? `${context.style.green('✔')} every file is what the meta file says\n${describeArtifact(found)}`
      : problemLines(reading, context).join('\n'),
  };
}

async function read(
  request: ArtifactRequest,
  store: Store,
  context: CommandContext,
  thorough: boolean,
): Promise<Exclude<ArtifactReading, { state: 'absent' }>> {
  const { layout } = request.flags;
  const id = await named(request, store, context);
  const reading = await readArtifact(store, id, { layout, thorough, signal: context.signal });
  if (reading.state !== 'absent') return reading;
  throw new CliError('not-found', `artifact: there is none under ${store.urlOf(reading.prefix)}`, {
    hint: '`artifact list` shows what there is',
  });
}

async function rm(request: ArtifactRequest, store: Store, context: CommandContext): Promise<CommandResult> {
  const { layout, dryRun } = request.flags;
  const id = await named(request, store, context);
  const removed = await removeArtifact(store, id, { layout, dryRun, signal: context.signal });
  if (removed.length === 0) {
    throw new CliError('not-found', 'artifact: nothing is there to remove', {
      hint: '`artifact list` shows what there is',
    });
  }
  return {
    exitCode: EXIT.done,
    document: { schema: 'wheelwright/artifact-rm@1', id, removed, dryRun: dryRun === true },
    text: removed.map((key) => `${dryRun === true ? 'would remove' : 'removed'} ${key}`).join('\n'),
  };
}

async function gc(
  { flags }: ArtifactRequest,
  store: Store,
  { signal }: CommandContext,
): Promise<CommandResult> {
  const before = new Date(Date.now() - ageOf(flags.olderThan ?? '1d'));
  const removed: Garbage[] = [];
  const { layout, dryRun } = flags;
  for await (const garbage of collectGarbage(store, { layout, before, dryRun, signal }))
    removed.push(garbage);
  const verb = dryRun === true ? 'would remove' : 'removed';
  return {
    exitCode: EXIT.done,
    document: { schema: 'wheelwright/artifact-gc@1', before, dryRun: dryRun === true, removed },
    text:
      removed.length === 0
        ? `nothing to remove that is older than ${before.toISOString()}`
        : removed.map(({ kind, key }) => `${verb} ${kind.replace('-', ' ')} ${key}`).join('\n'),
  };
}

/** The artifact that a command line names: by its prefix, or by its words. */
async function named(
  { args, flags }: ArtifactRequest,
  store: Store,
  context: CommandContext,
): Promise<ArtifactId> {
  const [prefix, ...more] = args;
  if (more.length > 0)
    throw new CliError('usage', `artifact: one artifact at a time; ${more.join(' ')} is too much`);
  if (prefix !== undefined) return identityOfPrefix(prefix, store.url, flags.layout);
  return identityOf(flags, context, Promise.resolve(requiredVariant(flags)));
}
