import { ArtifactError } from './error.js';

/** What a file is to its artifact. @public */
export type FileRole = 'library' | 'license' | 'dependency';

/** Where the files of a role lie below the prefix. */
const folders: Readonly<Record<FileRole, string>> = {
  library: '',
  license: 'licenses/',
  dependency: 'dependencies/',
};

// eslint-disable-next-line no-control-regex -- these very characters are what is looked for
const forbidden = /[\u0000-\u001f\u007f\\]|\p{Surrogate}/u;

/**
 * Where a file lies below its artifact's prefix: `libmxnet.so`, `licenses/LICENSE`, `dependencies/lib/libz.so`.
 * Dependencies keep their hierarchy, licences and the library have none.
 * @throws ArtifactError `invalid-name` for a name that leads elsewhere, or that some file system can't hold
 * @internal
 */
export function placeOf(role: FileRole, name: string): string {
  checkName(name);
  if (role !== 'dependency' && name.includes('/'))
    throw invalid(name, `is no base name, as a ${role} needs one`);
  if (role === 'library' && name.endsWith('.meta')) throw invalid(name, 'is the name of a meta file');
  return folders[role] + name;
}

/** The role of a file by its place; the reverse of `placeOf`. */
export function roleOf(place: string): FileRole {
  if (place.startsWith(folders.license)) return 'license';
  return place.startsWith(folders.dependency) ? 'dependency' : 'library';
}

/**
 * Whether a key below a prefix belongs to the artifact there, rather than to one whose prefix is longer by a `cp311/`.
 */
export function isOwnPlace(place: string): boolean {
  return !place.includes('/') || roleOf(place) !== 'library';
}

/** The meta file's name: `libmxnet.so` and `libmxnet.so.2` have `libmxnet.meta`. */
export function metaNameOf(library: string): string {
  return `${library.replace(/\.(?:so(?:\.\d+)*|dll|dylib|pyd)$/, '')}.meta`;
}

/** @throws ArtifactError `invalid-name` @internal */
export function checkName(name: string): void {
  if (forbidden.test(name)) throw invalid(name, 'has a control character, a backslash or broken Unicode');
  for (const part of name.split('/')) {
    if (part === '' || part === '.' || part === '..')
      throw invalid(name, 'is no relative name without . and ..');
    if (Buffer.byteLength(part) > 255) throw invalid(name, 'has a part of more than 255 bytes');
  }
}

function invalid(name: string, complaint: string): ArtifactError {
  return new ArtifactError(
    'invalid-name',
    `The file name ${JSON.stringify(name.slice(0, 300))} ${complaint}.`,
  );
}
