import {
  checkIndex,
  findPublicIndex,
  rebuildIndex,
  serveIndex,
  yankFiles,
  type PublicIndex,
} from '@wheelwright/index';
import { openStore, type Store } from '@wheelwright/store';
import type { Command, CommandContext, CommandResult } from '../command.js';
import { CliError } from '../error.js';
import { EXIT } from '../exit-code.js';
import { fields } from '../render/fields.js';

/** What can be done with an index. */
export const indexActions = ['check', 'rebuild', 'yank', 'serve', 'url'] as const;
type IndexAction = (typeof indexActions)[number];

/** What `index` was told on its command line. */
interface IndexFlags {
  readonly reason?: string;
  readonly undo?: boolean;
  readonly port?: string;
  readonly website?: string;
}

type Action = (
  store: Store,
  args: readonly string[],
  flags: IndexFlags,
  context: CommandContext,
) => Promise<CommandResult>;

const actions: Readonly<Record<IndexAction, Action>> = { check, rebuild, yank, serve, url };

/** `index check|rebuild|yank|serve|url URL ...` */
export function index(words: readonly string[], options: Record<string, unknown>): Command {
  return async (context) => {
    const [word = '', address, ...args] = words;
    const action = indexActions.find((known) => known === word);
    if (action === undefined || address === undefined) {
      throw new CliError(
        'usage',
        `index: ${word === '' ? 'nothing was asked for' : `${words.join(' ')} is not enough`}`,
        {
          hint: `wheelwright index ${indexActions.join('|')} s3://bucket/prefix`,
        },
      );
    }
    if (action !== 'yank' && args.length > 0) throw tooMuch(args);
    return actions[action](openStore(address, { base: context.options.cwd }), args, options, context);
  };
}

async function check(
  store: Store,
  _: readonly string[],
  __: IndexFlags,
  context: CommandContext,
): Promise<CommandResult> {
  context.reporter.step('reading every wheel');
  const problems = await checkIndex(store, { signal: context.signal });
  const ok = problems.length === 0;
  return {
    exitCode: ok ? EXIT.done : EXIT.refused,
    document: { schema: 'wheelwright/index-check@1', url: store.url, ok, problems },
    text: ok
      ? `${context.style.green('✔')} every page says what the wheels are`
      : problems
          .map(({ rule, key, message }) => `${context.style.red('✗')} ${key} ${message} (${rule})`)
          .join('\n'),
  };
}

async function rebuild(
  store: Store,
  _: readonly string[],
  __: IndexFlags,
  context: CommandContext,
): Promise<CommandResult> {
  context.reporter.step('reading the wheels');
  const { projects, files, refused } = await rebuildIndex(store, { signal: context.signal });
  for (const { key, message } of refused) context.reporter.warn(`${key} is in no page: ${message}`);
  return {
    exitCode: refused.length === 0 ? EXIT.done : EXIT.refused,
    document: { schema: 'wheelwright/index-rebuild@1', url: store.url, projects, files, refused },
    text: `${context.style.green('✔')} ${files} ${files === 1 ? 'wheel' : 'wheels'} of ${projects.length} ${projects.length === 1 ? 'project' : 'projects'}`,
  };
}

async function yank(
  store: Store,
  args: readonly string[],
  flags: IndexFlags,
  { signal, style }: CommandContext,
): Promise<CommandResult> {
  const [project, what, ...more] = args;
  if (project === undefined || what === undefined) {
    throw new CliError('usage', 'index yank: a project and a version or file name are needed', {
      hint: 'wheelwright index yank s3://bucket/prefix demo-ops 1.0 --reason "crashes on import"',
    });
  }
  if (more.length > 0) throw tooMuch(more);
  const yanked = flags.undo === true ? false : (flags.reason ?? true);
  const files = await yankFiles(store, { project, what, yanked, signal });
  return {
    exitCode: EXIT.done,
    document: { schema: 'wheelwright/index-yank@1', url: store.url, project, files, yanked },
    text: files
      .map((file) => `${style.green('✔')} ${file} is ${yanked === false ? 'back' : 'yanked'}`)
      .join('\n'),
  };
}

/** Serves until a signal comes: then it ends as commands do that are stopped. */
async function serve(
  store: Store,
  _: readonly string[],
  { port = '8080' }: IndexFlags,
  { host, options, reporter, signal }: CommandContext,
): Promise<never> {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new CliError('usage', `index serve: ${JSON.stringify(port)} is no port`, {
      hint: 'from 0, for any, to 65535',
    });
  }
  const server = await serveIndex(store, {
    port: Number(port),
    onRequest: ({ method, path, status }) => {
      if (options.verbose) host.stderr.write(`${method} ${path} ${status}\n`);
    },
    onError: (error) => {
      reporter.warn(error instanceof Error ? error.message : String(error));
    },
  });
  host.stderr.write(`serving ${store.url} on ${server.url}\n${installers(server.url)}\n`);
  try {
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
  } finally {
    await server.close();
  }
  // Only a signal ends it, and its exit code says so.
  signal.throwIfAborted();
  throw new Error('the server ended by itself');
}

/** What pip and uv need: the plain address where anybody may read the index, else how to serve it. */
async function url(
  store: Store,
  _: readonly string[],
  { website }: IndexFlags,
  { signal }: CommandContext,
): Promise<CommandResult> {
  const found: PublicIndex = store.url.startsWith('file:')
    ? { state: 'public', url: store.url }
    : await findPublicIndex(store, { website, signal });
  const address = found.state === 'public' ? found.url : null;
  return {
    exitCode: EXIT.done,
    document: { schema: 'wheelwright/index-url@1', url: store.url, index: address },
    text: address === null ? `${whyNot(found, website)}\n${howToServe(store)}` : installers(address),
  };
}

function whyNot(found: PublicIndex, website: string | undefined): string {
  if (website !== undefined) return `${website} answers with no page of the index; serve it on this machine:`;
  return found.state === 'no-pages'
    ? `anybody may read the files below ${found.url}, but the folders there give no pages, which pip asks for; make the bucket a web site and name its address with --website, or serve it on this machine:`
    : 'nobody may read it without credentials; serve it on this machine:';
}

function howToServe(store: Store): string {
  return fields([
    ['serve', `wheelwright index serve ${store.url}`],
    ['then', installers('http://127.0.0.1:8080/')],
  ]);
}

function installers(address: string): string {
  return [`pip install --index-url ${address} PROJECT`, `uv pip install --index-url ${address} PROJECT`].join(
    '\n',
  );
}

function tooMuch(words: readonly string[]): CliError {
  return new CliError('usage', `index: ${words.join(' ')} is too much`, {
    hint: '--help shows what it takes',
  });
}
