import { join } from 'node:path';
import { reasonOf, RunnerError } from '../error.js';
import { runTool, type ToolContext } from '../runner/tool.js';
import { download, request, webAddress, type WebAddress } from './download.js';

/** A file of a package index, as its page lists it (PEP 503, PEP 691). */
export interface IndexFile {
  readonly filename: string;
  readonly url: string;
  readonly sha256: string | undefined;
}

const JSON_PAGE = 'application/vnd.pypi.simple.v1+json';
const ACCEPT = `${JSON_PAGE}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1`;
/** The page of the project with the most files has some 20 MB. */
const MAX_PAGE = 256 * 2 ** 20;

/**
 * Fetches the file of a project that has the pinned sha256, wheel or source archive, from the indexes that the
 * user's pip is set to. pip itself isn't asked to download: of a source archive it would run the build backend.
 *
 * @param draft - an existing folder
 * @returns the path of the file in it, not yet checked
 * @throws {@link RunnerError} `fetch-failed`, `python-missing`
 */
export async function fetchFromIndex(
  { pypi, sha256 }: { readonly pypi: string; readonly sha256: string },
  draft: string,
  origin: string,
  context: ToolContext,
): Promise<string> {
  const [name = '', version = ''] = pypi.split('==');
  const seen: string[] = [];
  for (const index of await pipIndexes(draft, context)) {
    const page = projectPage(index, name);
    const files = await readPage(page, pypi, origin, context);
    const found = files.find((file) => file.sha256 === sha256.toLowerCase());
    if (found === undefined) {
      seen.push(...files.map(({ filename }) => filename).filter((file) => isOfVersion(file, name, version)));
      continue;
    }
    if (!isOfVersion(found.filename, name, version)) {
      throw failed(`${origin}.sha256: the file with this sha256 is ${found.filename}, not one of ${pypi}`);
    }
    const url = new URL(found.url, page.url);
    // A password of the index isn't for another server that its page names.
    const headers = url.origin === page.url.origin ? page.headers : {};
    const path = join(draft, 'archive');
    try {
      await download({ url, headers }, path, context.signal);
    } catch (cause) {
      context.signal?.throwIfAborted();
      throw failed(`${origin}.pypi: ${found.filename} can't be fetched: ${reasonOf(cause)}`, cause);
    }
    return path;
  }
  const list = [...new Set(seen)].slice(0, 8).join(', ');
  throw failed(
    `${origin}.pypi: no file of ${pypi} has the sha256 ${sha256.toLowerCase()}`,
    undefined,
    list === ''
      ? 'the index has no file of this version'
      : `it has ${list}: pip hash FILE prints the sha256 of one`,
  );
}

/** PEP 503: one name for all its spellings. */
function normalise(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

function projectPage(index: WebAddress, name: string): WebAddress {
  const url = new URL(index.url);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${normalise(name)}/`;
  return { ...index, url };
}

/** Whether a file's name says this project and version: `NAME-VERSION-...whl`, `NAME-VERSION.tar.gz`. */
function isOfVersion(filename: string, name: string, version: string): boolean {
  const plain = filename.replace(/\.(whl|tar\.gz|tar\.bz2|tar\.xz|zip|tgz)$/, '');
  const start = normalise(plain);
  const wanted = `${normalise(name)}-${normalise(version.replace(/^v/, ''))}`;
  return start === wanted || (filename.endsWith('.whl') && start.startsWith(`${wanted}-`));
}

async function readPage(
  page: WebAddress,
  pypi: string,
  origin: string,
  { signal }: ToolContext,
): Promise<IndexFile[]> {
  try {
    const response = await request(page, signal, { accept: ACCEPT });
    const text = await limitedText(response);
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return isJson ? filesOfJson(JSON.parse(text)) : filesOfHtml(text);
  } catch (cause) {
    signal?.throwIfAborted();
    if (reasonOf(cause) === 'the server says 404') return [];
    throw failed(`${origin}.pypi: the index's page of ${pypi} can't be read: ${reasonOf(cause)}`, cause);
  }
}

async function limitedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  const chunks: AsyncIterable<Uint8Array> | undefined = response.body ?? undefined;
  if (chunks === undefined) return '';
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_PAGE) throw new Error(`the page is larger than ${MAX_PAGE} bytes`);
  }
  return text + decoder.decode();
}

/** PEP 691. Entries that say no name or address are passed over. */
export function filesOfJson(page: unknown): IndexFile[] {
  const files = typeof page === 'object' && page !== null && 'files' in page ? page.files : undefined;
  if (!Array.isArray(files)) throw new Error('it has no list of files (PEP 691)');
  return files.flatMap(
    (file: { filename?: unknown; url?: unknown; hashes?: { sha256?: unknown } } | null) => {
      const { filename, url, hashes } = file ?? {};
      if (typeof filename !== 'string' || typeof url !== 'string') return [];
      const sha256 = hashes?.sha256;
      return [{ filename, url, sha256: typeof sha256 === 'string' ? sha256.toLowerCase() : undefined }];
    },
  );
}

/** PEP 503: each anchor is a file, and the fragment of its address is the hash. */
export function filesOfHtml(page: string): IndexFile[] {
  const anchors = page.matchAll(/<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>([^<]*)<\/a>/gi);
  return [...anchors].map(([, double, single, text = '']) => {
    const href = (double ?? single ?? '').replaceAll('&amp;', '&');
    const [url = '', fragment = ''] = href.split('#');
    return {
      filename: text.trim(),
      url,
      sha256: /^sha256=([0-9a-f]{64})$/i.exec(fragment)?.[1]?.toLowerCase(),
    };
  });
}

/** The indexes that pip would ask, in its order: its own settings, by configuration file or environment. */
async function pipIndexes(folder: string, context: ToolContext): Promise<WebAddress[]> {
  const hint = 'files of the package index are found through pip: install Python 3 with pip';
  const environment = { ...context.environment, COLUMNS: '1000', LC_ALL: 'C.UTF-8' };
  const pip = async (...args: string[]): Promise<string> => {
    const said = await runTool('python3', ['-m', 'pip', ...args], {
      ...context,
      environment,
      folder,
      hint,
    }).catch((cause: unknown) => {
      if (!(cause instanceof RunnerError) || cause.code !== 'tool-missing') throw cause;
      throw new RunnerError('python-missing', cause.message, { hint, cause });
    });
    if (said.exitCode === 0) return said.stdout;
    throw new RunnerError('python-missing', `python3 -m pip fails: ${said.stderr.trim()}`, { hint });
  };
  const settings = parseSettings(await pip('config', 'list'));
  const index = settings('index-url') ?? defaultIndex(await pip('download', '--help'));
  const others = settings('extra-index-url')?.split(/\s+/).filter(Boolean) ?? [];
  try {
    return [index, ...others].map(webAddress);
  } catch (cause) {
    // The address itself isn't told: it may hold a password.
    throw failed("pip's index-url or extra-index-url is no http(s) URL", cause, '`pip config list` shows it');
  }
}

/** `global.index-url='https://...'`: the environment wins over the command's own section, that over `global`. */
export function parseSettings(list: string): (key: string) => string | undefined {
  const values = new Map<string, string>();
  for (const line of list.split('\n')) {
    const [, name, value] = /^(\S+?)=(?:'(.*)'|"(.*)")$/.exec(line.trim()) ?? [];
    if (name !== undefined && value !== undefined) values.set(name, value.replaceAll(String.raw`\n`, ' '));
  }
  return (key) =>
    [':env:', 'download', 'install', 'global']
      .map((section) => values.get(`${section}.${key}`))
      .find(Boolean);
}

/** pip's help names the index that it asks where nothing is set. */
function defaultIndex(help: string): string {
  const [, url] = /--index-url <url>[^(]*\(default\s+(\S+?)\)/.exec(help) ?? [];
  if (url !== undefined) return url;
  throw failed(
    "pip doesn't say which index it asks",
    undefined,
    'set it: pip config set global.index-url URL',
  );
}

function failed(
  message: string,
  cause?: unknown,
  hint = 'can the index be reached, and is the version there?',
): RunnerError {
  return new RunnerError('fetch-failed', message, { hint, cause });
}
