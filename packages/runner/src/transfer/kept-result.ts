import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { replaceByChosen } from '../archive/unpack-chosen.js';
import { RunnerError, withContext } from '../error.js';
import { refuseEscapingLinks } from '../source/layer.js';
import { receivePacked, sendPacked } from './packed.js';
import type { Transfer } from './transfer.js';

/** The result of a compilation whose key is known: what `compile` wrote into its destination. */
export interface KeptResult {
  /** As `compileKey` gives it. */
  readonly key: string;
  /** The destination. */
  readonly folder: string;
}

/**
 * Sends a finished result, so that no machine has to compile it again.
 *
 * @param replace - over what is there, e.g. because it was found damaged
 * @throws {@link RunnerError} `tool-missing`, `io`, `no-space`, and what the store throws
 * @public
 */
export async function sendResult(
  { key, folder }: KeptResult,
  transfer: Transfer,
  { replace, signal }: { readonly replace: boolean; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  await beside(folder, async (draft) => {
    await sendPacked(folder, { name: nameOf(key), transfer, replace }, { draft, signal });
  });
}

/**
 * Whether a result with this key was sent by any machine.
 *
 * @public
 */
export async function hasResult(key: string, transfer: Transfer, signal?: AbortSignal): Promise<boolean> {
  return (await transfer.find(nameOf(key), signal)) !== undefined;
}

/**
 * Fetches a result into a folder that isn't there yet; it appears whole or not at all.
 *
 * @returns whether there was one
 * @throws {@link RunnerError} `integrity` where it isn't what was sent, `bad-archive`, `no-space`
 * @public
 */
export async function receiveResult(
  { key, folder }: KeptResult,
  transfer: Transfer,
  signal?: AbortSignal,
): Promise<boolean> {
  const name = nameOf(key);
  const sent = await transfer.find(name, signal);
  if (sent === undefined) return false;
  await beside(folder, async (draft) => {
    const archive = await receivePacked(sent, { name, transfer }, { draft, signal });
    if (archive === undefined) {
      throw new RunnerError('integrity', `${transfer.url}${name} is not what was sent there`, {
        hint: 'it is compiled anew, and replaced',
      });
    }
    const unpacked = join(draft, 'result');
    const origin = `${transfer.url}${name}`;
    await replaceByChosen(unpacked, archive, { top: '.', wanted: () => true, origin, signal });
    await refuseEscapingLinks(unpacked, { origin, outside: 'bad-archive' });
    await rename(unpacked, folder);
  });
  return true;
}

function nameOf(key: string): string {
  return `cells/${key}.tar.gz`;
}

/** Works in a folder beside another, so that what is done there only has to be renamed. */
async function beside(folder: string, body: (draft: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(join(dirname(folder), `.${basename(folder)}.`));
  try {
    await body(draft);
  } catch (error) {
    throw withContext(error);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
