import { readdir, type Dirent } from 'node:fs';
import { glob, type FileSystemAdapter } from 'tinyglobby';

/**
 * Finds what a glob matches below a folder: files, links, and folders (these end in `/`), hidden ones too.
 * A link is matched by its name and is no way: what lies behind it isn't looked for.
 *
 * @param pattern - relative, checked by the caller to stay inside
 */
export async function matchNames(folder: string, pattern: string): Promise<string[]> {
  const names = await glob(pattern, {
    cwd: folder,
    dot: true,
    onlyFiles: false,
    expandDirectories: false,
    followSymbolicLinks: false,
    fs: { readdir: readdirWithoutLinks },
  });
  // `**` matches the folder itself too.
  return names.filter((name) => !/^\.?\/?$/.test(name)).sort();
}

/** tinyglobby either follows links or passes them over; shown as files, they're matched and not followed. */
const readdirWithoutLinks = ((
  path: string,
  options: { withFileTypes: true },
  done: (error: NodeJS.ErrnoException | null, entries?: Dirent[]) => void,
) => {
  readdir(path, options, (error, entries) => {
    done(
      error,
      error === null ? entries.map((entry) => (entry.isSymbolicLink() ? asFile(entry) : entry)) : [],
    );
  });
}) as NonNullable<FileSystemAdapter['readdir']>;

function asFile(link: Dirent): Dirent {
  const file = Object.create(link) as Dirent;
  return Object.assign(file, { isFile: () => true, isSymbolicLink: () => false });
}
