import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where `nx run variant-corpus:install` puts what it brings. */
const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../../tmp/variant-corpus');

/** A path in the corpus. */
export function inCorpus(path: string): string {
  return join(folder, path);
}

/** What a group of tests needs of the corpus. */
export function needs(path: string): { readonly met: boolean; readonly reason: string } {
  return { met: existsSync(inCorpus(path)), reason: `${path} is missing: nx run variant-corpus:install` };
}
