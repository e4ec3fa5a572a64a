import { ArtifactError } from './error.js';
import { checkName, metaNameOf, placeOf, roleOf, type FileRole } from './file-name.js';
import { checkId, isLinking, type ArtifactId } from './identity.js';
import { formatProperties, parseProperties } from './properties.js';

/** A file as the meta file knows it. @public */
export interface MetaFile {
  /** Below the prefix: `libmxnet.so`, `licenses/LICENSE`. */
  readonly name: string;
  readonly role: FileRole;
  readonly size: number;
  readonly sha256: string;
  /** Permission bits: 0o755 or 0o644. */
  readonly mode: number;
}

/** What a meta file says: which artifact this is, and what every one of its files has to be. @public */
export interface ArtifactMeta {
  readonly id: ArtifactId;
  /** The library's file name. */
  readonly library: string;
  /** The program that wrote it, with its version. */
  readonly tool: string;
  readonly created: Date;
  readonly files: readonly MetaFile[];
}

const format = '1';
const aspects = ['role', 'sha256', 'size', 'mode'] as const;

/**
 * Writes a meta file: `commit=...`, `file.libmxnet.so.sha256=...`, sorted.
 * @internal
 */
export function formatMeta({ id, library, tool, created, files }: ArtifactMeta): Uint8Array {
  const properties = new Map([
    ['format', format],
    ['commit', id.commit],
    ['os', id.os],
    ['variant', id.variant],
    ['linking', id.linking],
    ['library', library],
    ['tool', tool],
    ['created', created.toISOString()],
  ]);
  if (id.branch !== null) properties.set('branch', id.branch);
  if (id.python !== null) properties.set('python', id.python);
  for (const file of files) {
    properties.set(`file.${file.name}.role`, file.role);
    properties.set(`file.${file.name}.sha256`, file.sha256);
    properties.set(`file.${file.name}.size`, String(file.size));
    properties.set(`file.${file.name}.mode`, file.mode.toString(8));
  }
  return Buffer.from(formatProperties(properties), 'ascii');
}

/**
 * Reads a meta file, and believes nothing in it: names can't lead out of the artifact, every file has all of its
 * properties, exactly one is the library. Properties that it doesn't know are passed over.
 * @throws ArtifactError `malformed-meta`
 * @public
 */
export function parseMeta(bytes: Uint8Array): ArtifactMeta {
  const properties = parseProperties(bytes);
  const get = (name: string): string => {
    const value = properties.get(name);
    if (value === undefined) throw malformed(`has no property ${JSON.stringify(name)}`);
    return value;
  };
  if (get('format') !== format) throw malformed(`is of format ${get('format')}; known is ${format}`);
  const files = readFiles(properties, get);
  const library = get('library');
  const libraries = files.filter(({ role }) => role === 'library');
  if (libraries.length !== 1 || libraries[0]?.name !== library) {
    throw malformed(`doesn't have ${JSON.stringify(library)} as its one library`);
  }
  const created = new Date(get('created'));
  if (Number.isNaN(created.getTime())) throw malformed('has no time in "created"');
  const linking = get('linking');
  if (!isLinking(linking)) throw malformed(`has linking=${linking}`);
  const id: ArtifactId = {
    commit: get('commit'),
    os: get('os'),
    variant: get('variant'),
    linking,
    branch: properties.get('branch') ?? null,
    python: properties.get('python') ?? null,
  };
  return { id: refused(() => checkId(id)), library, tool: get('tool'), created, files };
}

function readFiles(
  properties: ReadonlyMap<string, string>,
  get: (name: string) => string,
): readonly MetaFile[] {
  const names = new Set<string>();
  for (const key of properties.keys()) {
    const [, name, aspect] = /^file\.(.+)\.([a-z0-9]+)$/s.exec(key) ?? [];
    if (name !== undefined && aspects.some((known) => known === aspect)) names.add(name);
  }
  const files = [...names].map((name): MetaFile => {
    const role = roleOf(name);
    refused(() => {
      checkName(name);
      placeOf(role, role === 'library' ? name : name.slice(name.indexOf('/') + 1));
    });
    if (get(`file.${name}.role`) !== role)
      throw malformed(`gives ${JSON.stringify(name)} a role that its place denies`);
    const [sha256, size, mode] = [
      get(`file.${name}.sha256`),
      get(`file.${name}.size`),
      get(`file.${name}.mode`),
    ];
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw malformed(`has no sha256 for ${JSON.stringify(name)}`);
    if (!/^\d{1,15}$/.test(size)) throw malformed(`has no size for ${JSON.stringify(name)}`);
    if (mode !== '755' && mode !== '644')
      throw malformed(`has no mode 755 or 644 for ${JSON.stringify(name)}`);
    return { name, role, size: Number(size), sha256, mode: Number.parseInt(mode, 8) };
  });
  return sortFiles(files);
}

/** The order of the files in every list: by the bytes of their names, the library first. */
export function sortFiles<File extends { readonly name: string; readonly role: string }>(
  files: readonly File[],
): readonly File[] {
  const rank = ({ role }: File) => (role === 'library' ? 0 : 1);
  return files.toSorted((one, other) => rank(one) - rank(other) || byBytes(one.name, other.name));
}

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** Words and names are checked as they are when they are written; here their refusal means a bad file. */
function refused<T>(check: () => T): T {
  try {
    return check();
  } catch (cause) {
    throw new ArtifactError('malformed-meta', `The meta file is refused: ${String(cause)}`, { cause });
  }
}

function malformed(complaint: string): ArtifactError {
  return new ArtifactError('malformed-meta', `The meta file ${complaint}.`);
}

/** Whether a meta file has the name that belongs to its library. @internal */
export function isNameOf(metaName: string, { library }: ArtifactMeta): boolean {
  return metaNameOf(library) === metaName;
}
