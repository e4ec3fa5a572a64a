import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WheelError } from './error.js';
import { formatTaggedFilename } from './filename.js';
import { type FolderLink, type LibraryName, listFolder } from './folder-files.js';
import type { WheelInput } from './input.js';
import { checkMemberName, checkUniqueNames } from './member-name.js';
import { changedFilename, type TagChange, wheelFileWith } from './retag.js';
import { fileError } from './system-error.js';
import type { WheelTags } from './tag.js';
import { parseWheelFile } from './wheel-file.js';
import { writeMembers, type WriteOptions, type WrittenWheel } from './write.js';

/** Options of `packFolder`. @public */
export interface PackOptions extends WriteOptions {
  /** What the wheel claims instead of the tags in WHEEL; its build tag, too. */
  readonly change?: TagChange;
  /** What a library calls itself, so that one with several names is stored under the right one. */
  readonly libraryName?: LibraryName;
}

/** The wheel that was packed. @public */
export interface PackedWheel extends WrittenWheel {
  /** The symbolic links of the folder, and what became of each. */
  readonly links: readonly FolderLink[];
}

const DIST_INFO = /^(.+?)-(\d[^-]*)\.dist-info$/;

/**
 * Packs an unpacked wheel, as `wheel pack` does: its name comes from the dist-info folder and the tags in WHEEL;
 * RECORD is made anew. The folder itself is not changed. Files come in the order of a wheel, dist-info last.
 *
 * Throws `bad-input` where there isn't one dist-info folder with WHEEL and METADATA, `link-leads-out`,
 * `unsafe-name`, `duplicate-name`, `bad-wheel-file`, `bad-tag`, and what `writeWheel` throws.
 */
export async function packFolder(
  source: string,
  target: string,
  options: PackOptions = {},
): Promise<PackedWheel> {
  const { files, links } = await listFolder(
    source,
    options.libraryName === undefined ? {} : { libraryName: options.libraryName },
  );
  const { folder, distribution, version } = distInfoOf(files, source);
  const wheelPath = `${folder}/WHEEL`;
  const text = await readFile(join(source, folder, 'WHEEL'), 'utf8').catch((error: unknown) => {
    throw fileError(error, 'reading', join(source, folder, 'WHEEL'));
  });
  const { tags, build } = parseWheelFile(text);
  const old = { distribution, version, tags: compressed(tags), ...(build === undefined ? {} : { build }) };
  const wanted = changedFilename(old, options.change ?? {});
  const changed = wheelFileWith(text, wanted);
  const record = `${folder}/RECORD`;
  const members = files
    .filter(({ name }) => ![record, `${record}.jws`, `${record}.p7s`].includes(name))
    .map((input) =>
      input.name === wheelPath && changed !== undefined
        ? { name: wheelPath, content: Buffer.from(changed) }
        : input,
    );
  const inside = (name: string): boolean => name.startsWith(`${folder}/`);
  const ordered = [
    ...members.filter(({ name }) => !inside(name)),
    ...members.filter(({ name }) => inside(name)),
  ];
  const names = [...ordered.map(({ name }) => name), record];
  names.forEach(checkMemberName);
  checkUniqueNames(names, { fold: true });
  const layout = { filename: formatTaggedFilename(wanted), members: ordered, record };
  return { ...(await writeMembers(target, layout, options)), links };
}

interface DistInfo {
  readonly folder: string;
  readonly distribution: string;
  readonly version: string;
}

function distInfoOf(files: readonly WheelInput[], source: string): DistInfo {
  const tops = new Set(files.flatMap(({ name }) => (name.includes('/') ? [name.split('/')[0] ?? ''] : [])));
  const found = [...tops].filter((top) => DIST_INFO.test(top));
  const [folder] = found;
  const names = new Set(files.map(({ name }) => name));
  const [, distribution, version] = DIST_INFO.exec(folder ?? '') ?? [];
  if (folder === undefined || distribution === undefined || version === undefined || found.length > 1) {
    throw new WheelError(
      'bad-input',
      `${source} has ${found.length} folders named name-version.dist-info, not one`,
      {
        hint: 'pack takes an unpacked wheel; build-wheel makes one from a project.',
      },
    );
  }
  for (const file of ['METADATA', 'WHEEL']) {
    if (!names.has(`${folder}/${file}`))
      throw new WheelError('bad-input', `${source} has no ${folder}/${file}`, {
        member: `${folder}/${file}`,
      });
  }
  return { folder, distribution, version };
}

/** The sets that a file name has for the tags of WHEEL. Throws `bad-wheel-file` where there are none. */
function compressed(tags: readonly string[]): WheelTags {
  const parts = tags.map((tag) => tag.split('-'));
  if (parts.length === 0 || parts.some((part) => part.length !== 3))
    throw new WheelError(
      'bad-wheel-file',
      `WHEEL has no tags that a file name could be made of: ${tags.join(', ')}`,
    );
  const set = (index: number): string => [...new Set(parts.map((part) => part[index] ?? ''))].join('.');
  return { python: set(0), abi: set(1), platform: set(2) };
}
