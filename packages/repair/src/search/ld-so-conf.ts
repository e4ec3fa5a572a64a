import { readdir, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { libraryPattern } from '@wheelwright/audit';

/** A line of ld.so.conf: a folder, or files that are read in its place. */
export type ConfigurationLine = { readonly folder: string } | { readonly include: string };

/** Reads the text of ld.so.conf (ldconfig(8)): one folder a line, `include PATTERN`, `#` begins a comment. */
export function parseLdSoConf(text: string): ConfigurationLine[] {
  return text.split('\n').flatMap((line): ConfigurationLine[] => {
    const words = line.replace(/#.*$/, '').trim();
    if (words === '' || words.startsWith('hwcap ')) return [];
    const include = /^include\s+(.+)$/.exec(words)?.[1];
    if (include !== undefined) return include.split(/\s+/).map((pattern) => ({ include: pattern }));
    return [{ folder: words.replace(/\s*=.*$/, '') }];
  });
}

/** How deep files may include one another: a file that includes itself ends here. */
const MAX_DEPTH = 8;

/**
 * The folders that a system's loader is told to search, in their order.
 *
 * @param sysroot - the system's root, `/` for this one
 */
export async function configuredFolders(
  sysroot: string,
  file = '/etc/ld.so.conf',
  depth = 0,
): Promise<string[]> {
  const text = await readFile(posix.join(sysroot, file), 'utf8').catch(() => '');
  const folders: string[] = [];
  for (const line of parseLdSoConf(text)) {
    if ('folder' in line) folders.push(posix.join(sysroot, line.folder));
    else if (depth < MAX_DEPTH) {
      const pattern = posix.resolve(posix.dirname(file), line.include);
      for (const included of await matching(sysroot, pattern))
        folders.push(...(await configuredFolders(sysroot, included, depth + 1)));
    }
  }
  return [...new Set(folders)];
}

/** The files that a pattern names, in the order of glob(7). Only its last part has wildcards, as ldconfig's have. */
async function matching(sysroot: string, pattern: string): Promise<string[]> {
  const folder = posix.dirname(pattern);
  const names = await readdir(posix.join(sysroot, folder)).catch((): string[] => []);
  return names
    .filter(libraryPattern([posix.basename(pattern)]))
    .sort()
    .map((name) => posix.join(folder, name));
}
