import { ArtifactError } from './error.js';
import { metaNameOf, placeOf, type FileRole } from './file-name.js';
import { checkId, type ArtifactId } from './identity.js';
import { formatPrefix, type Layout } from './layout.js';
import { sortFiles } from './meta.js';

/** A local file that goes into an artifact. @public */
export interface LocalFile {
  readonly path: string;
  /** Its name there: a base name, for a dependency also a relative path; not with the folder of its role. */
  readonly name: string;
  readonly role: Exclude<FileRole, 'library'>;
}

/** A file with the key that it gets. */
export interface PlannedFile {
  readonly path: string;
  /** Below the prefix. */
  readonly name: string;
  readonly role: FileRole;
  readonly key: string;
}

/** Which files get which keys. */
export interface PushPlan {
  readonly id: ArtifactId;
  readonly prefix: string;
  readonly library: string;
  readonly metaName: string;
  /** The library first, for its key claims the identity; the others in the order in which every push writes them. */
  readonly files: readonly PlannedFile[];
}

/** @public */
export interface LocalLibrary {
  readonly path: string;
  /** Its file name in the artifact. */
  readonly name: string;
}

/**
 * Decides the keys of an artifact's files.
 * @throws ArtifactError `name-collision`, `invalid-name`, `invalid-commit`, `invalid-word`, `invalid-layout`
 */
export function planPush(
  layout: Layout,
  unchecked: ArtifactId,
  library: LocalLibrary,
  others: readonly LocalFile[],
): PushPlan {
  const id = checkId(unchecked);
  const prefix = formatPrefix(layout, id);
  const files = [{ ...library, role: 'library' as const }, ...others].map(({ path, name, role }) => {
    const place = placeOf(role, name);
    return { path, name: place, role, key: prefix + place };
  });
  const metaName = metaNameOf(library.name);
  checkCollisions([...files, { path: 'the meta file', name: metaName }]);
  return { id, prefix, library: library.name, metaName, files: sortFiles(files) };
}

/** Neither may two files have one name, nor may one name be a folder of another. */
function checkCollisions(files: readonly { readonly path: string; readonly name: string }[]): void {
  const owners = new Map<string, string>();
  for (const { path, name } of files) {
    const other = owners.get(name);
    if (other !== undefined) throw collision(`${other} and ${path} would both be stored as ${name}`);
    owners.set(name, path);
  }
  for (const { path, name } of files) {
    for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
      const owner = owners.get(name.slice(0, end));
      if (owner !== undefined) {
        throw collision(`${owner} would be stored as ${name.slice(0, end)}, which is a folder of ${path}`);
      }
    }
  }
}

function collision(complaint: string): ArtifactError {
  return new ArtifactError('name-collision', `${complaint}.`, { hint: 'Give one of them another name.' });
}
