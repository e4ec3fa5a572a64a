import { join } from 'node:path';
import { packFolder } from '../archive/pack.js';
import { hashFile } from '../digest.js';
import type { SendOptions, SentFile, Transfer } from './transfer.js';

/** A folder for what is half done, and when to stop. */
export interface Workplace {
  readonly draft: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Packs a folder and sends it.
 *
 * @returns the sha256 of the archive
 * @throws what `packFolder` and the store throw
 */
export async function sendPacked(
  folder: string,
  {
    name,
    transfer,
    replace,
  }: { readonly name: string; readonly transfer: Transfer } & Pick<SendOptions, 'replace'>,
  { draft, signal }: Workplace,
): Promise<string> {
  const archive = join(draft, 'folder.tar.gz');
  await packFolder(folder, archive, signal);
  const sha256 = await hashFile(archive, 'sha256', 'hex');
  await transfer.send(name, archive, { sha256, replace, signal });
  return sha256;
}

/** Receives an archive. @returns its path; undefined where what is there isn't what was sent */
export async function receivePacked(
  sent: SentFile,
  { name, transfer }: { readonly name: string; readonly transfer: Transfer },
  { draft, signal }: Workplace,
): Promise<string | undefined> {
  const archive = join(draft, 'folder.tar.gz');
  const received = await transfer.receive(name, archive, { limit: sent.size, signal });
  return received && (await hashFile(archive, 'sha256', 'hex')) === sent.sha256 ? archive : undefined;
}
