import { randomUUID } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { hashFile } from '../digest.js';
import { reasonOf, RunnerError } from '../error.js';
import type { DependencySource, StaticDependency } from '../request.js';
import { runTool, type ToolContext } from '../runner/tool.js';

/** The digest that an archive must have. */
export interface Digest {
  readonly algorithm: 'sha256' | 'sha512';
  readonly hex: string;
}

/** An exact version of a package of npm's registry: no range, no tag, no URL, and no option either. */
const NPM_SPEC =
  /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*@\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/**
 * The digest that a source is pinned to.
 *
 * @throws {@link RunnerError} `bad-request` if it's no digest, or the package isn't named exactly
 */
export function pinnedDigest(source: DependencySource, origin: string): Digest {
  if ('archive' in source) {
    if (/^[0-9a-f]{64}$/i.test(source.sha256))
      return { algorithm: 'sha256', hex: source.sha256.toLowerCase() };
    throw new RunnerError('bad-request', `${origin}.sha256: '${source.sha256}' is no sha256: 64 hex digits`);
  }
  if (!NPM_SPEC.test(source.npm)) {
    throw new RunnerError(
      'bad-request',
      `${origin}.npm: '${source.npm}' is no package with an exact version`,
      {
        hint: 'write NAME@1.2.3',
      },
    );
  }
  const encoded = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(source.integrity)?.[1];
  if (encoded === undefined) {
    throw new RunnerError('bad-request', `${origin}.integrity: '${source.integrity}' is no sha512-BASE64`, {
      hint: `npm view ${source.npm} dist.integrity prints it`,
    });
  }
  return { algorithm: 'sha512', hex: Buffer.from(encoded, 'base64').toString('hex') };
}

/**
 * Gets the archive of a dependency into the cache and checks it against its digest, each time it is used.
 *
 * @returns the archive's path in the cache
 * @throws {@link RunnerError} `fetch-failed`, `integrity`, `tool-missing`
 */
export async function fetchArchive(
  dependency: Pick<StaticDependency, 'source' | 'origin'>,
  cache: string,
  context: ToolContext,
): Promise<string> {
  const { source, origin } = dependency;
  const digest = pinnedDigest(source, origin);
  const folder = join(cache, 'downloads');
  const path = join(folder, `${digest.algorithm}-${digest.hex}.tar`);
  if (existsSync(path) && (await hashFile(path, digest.algorithm, 'hex')) === digest.hex) return path;
  const draft = join(folder, `draft-${randomUUID()}`);
  await mkdir(draft, { recursive: true });
  try {
    const fetched =
      'npm' in source
        ? await packFromNpm(source.npm, draft, origin, context)
        : await fetchFile(source.archive, draft, origin, context);
    const actual = await hashFile(fetched, digest.algorithm, 'hex');
    if (actual !== digest.hex) throw mismatch(source, origin, digest, actual);
    await rename(fetched, path);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return path;
}

async function packFromNpm(
  spec: string,
  draft: string,
  origin: string,
  context: ToolContext,
): Promise<string> {
  const args = ['pack', spec, '--json', '--ignore-scripts', '--pack-destination', draft];
  const hint = "the source comes from npm's registry: install npm, which Node.js brings along";
  const result = await runTool('npm', args, { ...context, folder: draft, hint });
  const [name] = (await readdir(draft)).filter((file) => file.endsWith('.tgz'));
  if (result.exitCode !== 0 || name === undefined) {
    throw new RunnerError(
      'fetch-failed',
      `${origin}.npm: npm pack ${spec} failed: ${npmReason(result.stderr)}`,
      {
        hint: 'does this version exist, and can the registry be reached?',
      },
    );
  }
  return join(draft, name);
}

/** The lines in which npm says what went wrong, without where it keeps its own log. */
function npmReason(stderr: string): string {
  const lines = stderr
    .split('\n')
    .filter((line) => /^npm (error|ERR!)/.test(line) && !line.includes('complete log'));
  return lines.slice(0, 4).join(' ');
}

async function fetchFile(
  archive: string,
  draft: string,
  origin: string,
  context: ToolContext,
): Promise<string> {
  const path = join(draft, 'archive');
  try {
    if (isAbsolute(archive)) await copyFile(archive, path);
    else await download(new URL(archive), path, context.signal);
  } catch (cause) {
    context.signal?.throwIfAborted();
    throw new RunnerError('fetch-failed', `${origin}.archive: ${archive} can't be read: ${reasonOf(cause)}`, {
      hint: 'an archive is a file or an http(s) URL',
      cause,
    });
  }
  return path;
}

async function download(url: URL, path: string, signal: AbortSignal | undefined): Promise<void> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new Error(`${url.protocol} isn't known`);
  const response = await fetch(url, signal === undefined ? {} : { signal });
  if (!response.ok || response.body === null) throw new Error(`the server says ${response.status}`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(path));
}

function mismatch(source: DependencySource, origin: string, expected: Digest, actual: string): RunnerError {
  const name = 'npm' in source ? source.npm : source.archive;
  return new RunnerError(
    'integrity',
    `${origin}: ${name} has the ${expected.algorithm} ${actual}, expected ${expected.hex}`,
    { hint: "don't build it: find out who changed it; pin the new digest only if the change is meant" },
  );
}
