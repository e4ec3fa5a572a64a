import { quoted, WheelError } from './error.js';

const LONGEST = 0xffff;

/** Parts of plain characters, none of which begins with a dot: nearly every name, and nothing unsafe is among them. */
const PLAIN = /^(?:[\w+@~=-][\w+@~=.-]*\/)*(?:[\w+@~=-][\w+@~=.-]*)$/;

/**
 * Refuses a member name that could be written outside its folder, or which two programs could read as two
 * things: absolute, with `..`, `.` or empty parts, backslashes, drive letters, control characters.
 * A name of a directory ends in `/`; only the reader meets those. Throws `unsafe-name`.
 */
export function checkMemberName(name: string): void {
  if (name.length <= LONGEST && PLAIN.test(name)) return;
  const reason = controlCharacter(name) ? 'contains a control character' : whyUnsafe(name);
  if (reason !== undefined) {
    throw new WheelError('unsafe-name', `member name ${quoted(name)} ${reason}`, { member: name });
  }
}

/** Whether a name holds what no file's name should: the index refuses it by itself. */
export function controlCharacter(name: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return /[\u0000-\u001f\u007f]/.test(name);
}

/** What makes a name unsafe to write, as the end of a sentence; `undefined` for a safe one. */
export function whyUnsafe(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (Buffer.byteLength(name) > LONGEST) return `is longer than ${LONGEST} bytes`;
  if (/\p{Surrogate}/u.test(name)) return 'is not Unicode text';
  if (name.includes('\\')) return 'contains a backslash';
  if (name.startsWith('/')) return 'is absolute';
  if (/^[A-Za-z]:/.test(name)) return 'starts with a drive letter';
  const parts = (name.endsWith('/') ? name.slice(0, -1) : name).split('/');
  if (parts.includes('..')) return "leads out of its folder ('..')";
  if (parts.includes('.') || parts.includes('')) return "has an empty or '.' part";
  return undefined;
}

/** Two names that cannot both be unpacked, in the order of their sorting. */
export interface Collision {
  readonly first: string;
  readonly second: string;
  /** Whether one is a file where the other needs a folder. */
  readonly fileAndFolder: boolean;
}

/**
 * Refuses two members of one name, and a file whose name another member needs as its folder. With `fold`,
 * names that differ by case or by Unicode composition only count as one, as they do on macOS and Windows.
 * Throws `duplicate-name`.
 */
export function checkUniqueNames(names: readonly string[], options: { readonly fold: boolean }): void {
  if (!options.fold && clearlyApart(names)) return;
  const [collision] = nameCollisions(names, options);
  if (collision !== undefined) throw duplicate(collision.first, collision.second);
}

/** Whether no name comes twice and no file is a folder of another: told without sorting. */
function clearlyApart(names: readonly string[]): boolean {
  const files = new Set(names);
  if (files.size < names.length) return false;
  const folders = new Set<string>();
  for (const name of names) {
    for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
      const folder = name.slice(0, end);
      if (folders.has(folder)) break;
      if (files.has(folder)) return false;
      folders.add(folder);
    }
  }
  return true;
}

/** All pairs of neighbours that `checkUniqueNames` would refuse. */
export function nameCollisions(names: readonly string[], options: { readonly fold: boolean }): Collision[] {
  const paths = names.map((name) => {
    const folder = name.endsWith('/');
    const path = folder ? name.slice(0, -1) : name;
    // NUL, which no name contains, sorts a folder's content right behind a file of the folder's name.
    return { name, folder, key: (options.fold ? folded(path) : path).replaceAll('/', '\0') };
  });
  paths.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return paths.flatMap((path, index): Collision[] => {
    const previous = paths[index - 1];
    if (previous === undefined || !collide(previous, path)) return [];
    return [
      {
        first: previous.name,
        second: path.name,
        fileAndFolder: previous.key !== path.key || previous.folder !== path.folder,
      },
    ];
  });
}

interface Path {
  readonly name: string;
  readonly folder: boolean;
  readonly key: string;
}

function collide(first: Path, second: Path): boolean {
  if (first.key === second.key) return !(first.folder && second.folder) || first.name === second.name;
  return !first.folder && second.key.startsWith(`${first.key}\0`);
}

function folded(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

function duplicate(name: string, other: string): WheelError {
  const message =
    name === other
      ? `${quoted(name)} is in the archive twice`
      : `${quoted(name)} and ${quoted(other)} would be one path when they are unpacked`;
  return new WheelError('duplicate-name', message, { member: other });
}
