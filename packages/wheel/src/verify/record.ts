import { quoted, WheelError } from '../error.js';
import { parseRecord, type RecordRow } from '../record.js';
import { foldersOf } from './names.js';
import type { Report } from './rule.js';

/** Algorithms of RECORD (Python's hashlib names) that are sha256 or better, as Node's crypto calls them. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
  sha512_256: 'sha512-256',
  sha3_256: 'sha3-256',
  sha3_384: 'sha3-384',
  sha3_512: 'sha3-512',
  blake2b: 'blake2b512',
  blake2s: 'blake2s256',
};

/** What RECORD asks of the content of a member. */
export interface Expected {
  readonly algorithm: string;
  readonly digest: string;
  readonly size: number | undefined;
}

/** Names with no row, or none with a hash: RECORD itself, and the signatures of older wheels (PEP 427). */
export function unhashed(name: string, record: string): boolean {
  return name === record || name === `${record}.jws` || name === `${record}.p7s`;
}

/**
 * Judges RECORD against the names in the archive; gives what each content must be. Hashes are compared by the
 * caller, who reads the contents.
 */
export function checkRecord(
  text: string,
  wheel: { readonly record: string; readonly names: ReadonlySet<string> },
  report: Report,
): Map<string, Expected> {
  const { record, names } = wheel;
  const expected = new Map<string, Expected>();
  let rows: RecordRow[];
  try {
    rows = parseRecord(text);
  } catch (error) {
    if (!(error instanceof WheelError)) throw error;
    report('record-syntax', record, error.message);
    return expected;
  }
  const seen = new Set<string>();
  const folders = foldersOf(names);
  for (const row of rows) {
    const { path } = row;
    if (seen.has(path)) report('record-duplicate-row', path, `RECORD has two rows for ${quoted(path)}`);
    seen.add(path);
    if (!names.has(path)) reportAbsent(path, folders, report);
    else if (unhashed(path, record)) reportOwnRow(row, record, report);
    else {
      const wanted = expectedOf(row, report);
      if (wanted !== undefined) expected.set(path, wanted);
    }
  }
  for (const name of names) {
    if (!seen.has(name) && !(unhashed(name, record) && name !== record))
      report(
        'record-unlisted-member',
        name,
        `${quoted(name)} is not in RECORD, so that it's installed unrecorded, or not at all`,
      );
  }
  return expected;
}

function reportAbsent(path: string, folders: ReadonlySet<string>, report: Report): void {
  if (
    path.startsWith('/') ||
    /^[A-Za-z]:/.test(path) ||
    path.includes('\\') ||
    path.split('/').includes('..')
  )
    report('record-unsafe-path', path, `RECORD names ${quoted(path)}, which leads out of the wheel`);
  else if (path.endsWith('/') || folders.has(path))
    report('record-folder-row', path, `RECORD names ${quoted(path)}, a folder`);
  else report('record-extra-row', path, `RECORD names ${quoted(path)}, which is not in the archive`);
}

function reportOwnRow({ path, hash, size }: RecordRow, record: string, report: Report): void {
  if (path === record && (hash !== undefined || size !== undefined))
    report('record-own-hash', path, 'RECORD has a hash or a size of itself, which cannot be right');
}

function expectedOf({ path, hash, size }: RecordRow, report: Report): Expected | undefined {
  if (size === undefined) report('record-size-missing', path, `RECORD has no size of ${quoted(path)}`);
  if (hash === undefined) {
    report('record-hash-missing', path, `RECORD has no hash of ${quoted(path)}`);
    return undefined;
  }
  const [name = '', digest = ''] = hash.split('=');
  const algorithm = ALGORITHMS[name.toLowerCase()];
  if (algorithm === undefined) {
    report(
      'record-hash-weak',
      path,
      `RECORD has a ${quoted(name)} of ${quoted(path)}; sha256 or better is asked for`,
    );
    return undefined;
  }
  return { algorithm, digest, size };
}
