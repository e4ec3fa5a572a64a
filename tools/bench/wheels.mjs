import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root, wheelwright } from './program.mjs';

/** Where contestants work; emptied by nobody but them. */
export const scratch = path.join(root, 'tmp/bench');

/** The path of a published wheel of the corpus, by the beginning of its name. */
export function corpusWheel(prefix) {
  const folder = path.join(root, 'tmp/corpus');
  const name = existsSync(folder) ? readdirSync(folder).find((file) => file.startsWith(prefix)) : undefined;
  if (name === undefined) throw new Error(`tmp/corpus has no ${prefix}*: npx nx run corpus:download`);
  return path.join(folder, name);
}

/** A wheel of the corpus, unpacked: the folder `name-version`. */
export function unpacked(prefix) {
  const folder = path.join(scratch, prefix.replace(/-$/, ''));
  if (!existsSync(folder)) {
    const [program, ...args] = wheelwright('unpack', '--quiet', corpusWheel(`${prefix}`), '--out', scratch);
    execFileSync(program, args);
  }
  return folder;
}

/** An empty folder of a contestant. */
export function emptyFolder(name) {
  const folder = path.join(scratch, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}
