import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { hashFile } from '../digest.js';
import { reasonOf, RunnerError } from '../error.js';
import type { PinnedArchive } from '../request.js';
import { runTool, type ToolContext } from '../runner/tool.js';
import { download, webAddress } from './download.js';
import { archiveName, pinnedDigest, type Digest } from './pin.js';
import { fetchFromIndex } from './pypi.js';

/**
 * Gets an archive into the cache and checks it against its digest, each time it is used.
 *
 * @returns the archive's path in the cache
 * @throws {@link RunnerError} `fetch-failed`, `integrity`, `tool-missing`, `python-missing`
 */
export async function fetchArchive(
  { source, origin }: { readonly source: PinnedArchive; readonly origin: string },
  cache: string,
  context: ToolContext,
): Promise<string> {
  const digest = pinnedDigest(source, origin);
  const folder = join(cache, 'downloads');
  const path = join(folder, `${digest.algorithm}-${digest.hex}.tar`);
  if (existsSync(path) && (await hashFile(path, digest.algorithm, 'hex')) === digest.hex) return path;
  const draft = join(folder, `draft-${randomUUID()}`);
  await mkdir(draft, { recursive: true });
  try {
    const fetched = await fetchInto(draft, source, origin, context);
    const actual = await hashFile(fetched, digest.algorithm, 'hex');
    if (actual !== digest.hex) throw mismatch(source, origin, digest, actual);
    await rename(fetched, path);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return path;
}

async function fetchInto(
  draft: string,
  source: PinnedArchive,
  origin: string,
  context: ToolContext,
): Promise<string> {
  if ('npm' in source) return packFromNpm(source.npm, draft, origin, context);
  if ('pypi' in source) return fetchFromIndex(source, draft, origin, context);
  return fetchFile(source.archive, draft, origin, context);
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
  let shown = isAbsolute(archive) ? archive : 'the URL';
  try {
    if (isAbsolute(archive)) {
      await copyFile(archive, path);
      return path;
    }
    const address = webAddress(archive);
    shown = address.url.href;
    await download(address, path, context.signal);
    return path;
  } catch (cause) {
    context.signal?.throwIfAborted();
    throw new RunnerError('fetch-failed', `${origin}.archive: ${shown} can't be read: ${reasonOf(cause)}`, {
      hint: 'an archive is a file or an http(s) URL',
      cause,
    });
  }
}

function mismatch(source: PinnedArchive, origin: string, expected: Digest, actual: string): RunnerError {
  const name =
    'archive' in source && !isAbsolute(source.archive) ? shownUrl(source.archive) : archiveName(source);
  return new RunnerError(
    'integrity',
    `${origin}: ${name} has the ${expected.algorithm} ${actual}, expected ${expected.hex}`,
    { hint: "don't build it: find out who changed it; pin the new digest only if the change is meant" },
  );
}

function shownUrl(archive: string): string {
  return webAddress(archive).url.href;
}
