import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { parseMeta, type ArtifactMeta } from '@wheelwright/artifact';
import { ElfError, inspectElf, isElf, openFile, type ByteSource, type ElfFile } from '@wheelwright/elf';
import { readVariantFacts, type VariantFacts } from '@wheelwright/variant';
import { openFile as openArchive, openWheel, type WheelMember } from '@wheelwright/wheel';
import { CliError } from '../error.js';

/** A shared library of what is identified. */
export interface SubjectLibrary {
  /** How it's called in reports: a path below the subject, or the path that was given. */
  readonly name: string;
  readonly elf: ElfFile;
  readonly facts: VariantFacts;
}

/** What `variant` and `identify` look at. */
export interface Subject {
  readonly kind: 'library' | 'wheel' | 'folder';
  /** Absolute. */
  readonly path: string;
  /** The libraries whose variant counts: of an artifact its own, of everything else all. */
  readonly libraries: readonly SubjectLibrary[];
  /** Every native file, with those that only come along. */
  readonly files: readonly SubjectLibrary[];
  /** File names that the loader can find beside the libraries. */
  readonly brought: ReadonlySet<string>;
  /** Of a folder that is an artifact, as it was pulled: what its meta file says. */
  readonly meta: ArtifactMeta | undefined;
}

/** No meta file is larger. */
const mostMetaBytes = 16 << 20;

/**
 * Reads a library, a wheel or a folder: of an artifact, or of libraries. Nothing is loaded, and of large files only some
 * parts are read.
 *
 * @param given - the path as the user wrote it, for reports
 * @throws ElfError where a library can't be read, WheelError where a wheel can't, ArtifactError for a meta file;
 * CliError `bad-project` where there is no shared library
 */
export async function readSubject(path: string, given: string, signal: AbortSignal): Promise<Subject> {
  const stats = await stat(path);
  if (stats.isDirectory()) return readFolder(path, signal);
  // A named pipe would be waited for without end.
  if (!stats.isFile()) throw noLibrary(given);
  if (path.endsWith('.whl')) return readWheel(path, signal);
  const library = await readLibrary(path, given, true);
  if (library === undefined) throw noLibrary(given);
  return { ...library, brought: new Set(await readdir(dirname(path))) };
}

/**
 * Reads a shared library, with which nothing comes along; `undefined` where the file is none.
 *
 * @param required - whether a file that isn't ELF at all is an error
 */
export async function readLibrary(
  path: string,
  given: string,
  required: boolean,
): Promise<Subject | undefined> {
  const library = await withSource(path, (source) => inspect(source, given, required));
  if (library === undefined) return undefined;
  const files = [library];
  return { kind: 'library', path, libraries: files, files, brought: new Set(), meta: undefined };
}

async function readWheel(path: string, signal: AbortSignal): Promise<Subject> {
  const archive = await openArchive(path);
  try {
    const files: SubjectLibrary[] = [];
    const { members } = await openWheel(archive);
    for (const member of members) {
      signal.throwIfAborted();
      const file = await inspect(member.source(), member.name, false);
      if (file !== undefined) files.push(file);
    }
    if (files.length === 0) throw noLibrary(basename(path));
    return { kind: 'wheel', path, libraries: files, files, brought: namesOf(members), meta: undefined };
  } finally {
    await archive.close();
  }
}

async function readFolder(path: string, signal: AbortSignal): Promise<Subject> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
  const meta = await readMeta(path, names);
  const files: SubjectLibrary[] = [];
  for (const name of names) {
    signal.throwIfAborted();
    const file = await withSource(join(path, name), (source) => inspect(source, name, false));
    if (file !== undefined) files.push(file);
  }
  const libraries = meta === undefined ? files : files.filter(({ name }) => name === meta.library);
  if (libraries.length === 0) throw noLibrary(meta === undefined ? path : join(path, meta.library));
  return { kind: 'folder', path, libraries, files, brought: namesOf(names.map((name) => ({ name }))), meta };
}

/** The meta file of an artifact lies beside its library. */
async function readMeta(folder: string, names: readonly string[]): Promise<ArtifactMeta | undefined> {
  const found = names.filter((name) => name.endsWith('.meta') && !name.includes('/'));
  const [name] = found;
  if (name === undefined) return undefined;
  if (found.length > 1) {
    throw new CliError('bad-project', `${folder} has several meta files: ${found.join(', ')}`, {
      hint: 'an artifact has one: name the library itself',
    });
  }
  if ((await stat(join(folder, name))).size > mostMetaBytes) {
    throw new CliError('bad-project', `${join(folder, name)} is too large to be a meta file`);
  }
  return parseMeta(await readFile(join(folder, name)));
}

/** @param required - whether anything but a shared library is an error */
async function inspect(
  source: ByteSource,
  name: string,
  required: boolean,
): Promise<SubjectLibrary | undefined> {
  try {
    if (!required && !(await isElf(source))) return undefined;
    const elf = await inspectElf(source);
    if (!isSharedLibrary(elf)) return undefined;
    return { name, elf, facts: await readVariantFacts(source, elf, name) };
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    throw new ElfError(error.code, `${name}: ${error.message}`, { cause: error, hint: error.hint });
  }
}

/** Programs are position independent, too; unlike a library that can be run (libc.so.6), they have no name of their own. */
function isSharedLibrary({ type, dynamicFlags, interpreter, soname }: ElfFile): boolean {
  if (type !== 'DYN' || dynamicFlags.includes('PIE')) return false;
  return interpreter === undefined || soname !== undefined;
}

async function withSource<T>(path: string, action: (source: ByteSource) => Promise<T>): Promise<T> {
  const source = await openFile(path);
  try {
    return await action(source);
  } finally {
    await source.close();
  }
}

function namesOf(members: readonly Pick<WheelMember, 'name'>[]): ReadonlySet<string> {
  return new Set(members.map(({ name }) => basename(name)));
}

function noLibrary(path: string): CliError {
  return new CliError('bad-project', `${path} is or holds no shared library`, {
    hint: 'name a shared library (ELF), a wheel with one, or the folder of an artifact',
  });
}
