import { quoted, WheelError } from '../error.js';
import { parseWheelFilename, type WheelFilename } from '../filename.js';
import { controlCharacter, nameCollisions, whyUnsafe } from '../member-name.js';
import { normaliseDistribution } from '../name.js';
import { normaliseVersion } from '../version.js';
import type { Member } from './headers.js';
import type { Report } from './rule.js';

/** Judges the names of all members, each by itself and against the others. */
export function checkNames(members: readonly Member[], report: Report): void {
  for (const { name } of members) {
    if (controlCharacter(name))
      report('name-control-character', name, `the name ${quoted(name)} holds a control character`);
    const reason = whyUnsafe(name);
    if (reason !== undefined) report('unsafe-name', name, `the name ${quoted(name)} ${reason}`);
  }
  const names = members.map(({ name }) => name);
  const exact = nameCollisions(names, { fold: false });
  for (const { first, second, fileAndFolder } of exact) {
    if (fileAndFolder)
      report('file-and-folder', second, `${quoted(first)} is a file where ${quoted(second)} needs a folder`);
    else report('duplicate-name', second, `${quoted(second)} is in the archive twice`);
  }
  const known = new Set(exact.map(({ first, second }) => `${first}\0${second}`));
  for (const { first, second, fileAndFolder } of nameCollisions([...new Set(names)], { fold: true })) {
    if (fileAndFolder && known.has(`${first}\0${second}`)) continue;
    report(
      'duplicate-name-by-case',
      second,
      `${quoted(first)} and ${quoted(second)} are one path on macOS and Windows`,
    );
  }
}

/** Every folder that a file lies in, at any depth. */
export function foldersOf(names: Iterable<string>): Set<string> {
  const folders = new Set<string>();
  for (const name of names) {
    for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
      const folder = name.slice(0, end);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return folders;
}

/** Reads the file name, and reports what isn't right about it; `undefined` where it's none of a wheel. */
export function checkFilename(filename: string, report: Report): WheelFilename | undefined {
  let parsed: WheelFilename;
  try {
    parsed = parseWheelFilename(filename);
  } catch (error) {
    if (!(error instanceof WheelError)) throw error;
    report('bad-filename', null, error.message);
    return undefined;
  }
  const { distribution, version, tags } = parsed;
  const normal = `${normaliseDistribution(distribution)}-${normaliseVersion(version)}`;
  if (`${distribution}-${version}` !== normal)
    report(
      'filename-not-normalised',
      null,
      `the file name begins with ${distribution}-${version}; normalised, that is ${normal}`,
    );
  for (const tag of tags.platform.split('.').filter((platform) => /^linux_/.test(platform)))
    report(
      'linux-platform-tag',
      null,
      `the public index refuses ${tag}: it says nothing about the C library that is needed`,
    );
  return parsed;
}

/**
 * Finds the dist-info folder, and compares its name with the file name's; `undefined` where there is none, or
 * several.
 */
export function checkDistInfo(
  names: readonly string[],
  filename: WheelFilename | undefined,
  report: Report,
): string | undefined {
  const tops = new Set(
    names.filter((name) => name.includes('/')).map((name) => name.slice(0, name.indexOf('/'))),
  );
  const folders = [...tops].filter((top) => top.endsWith('.dist-info'));
  const [folder] = folders;
  if (folder === undefined) {
    report('dist-info-missing', null, 'there is no dist-info folder at the top of the archive');
    return undefined;
  }
  if (folders.length > 1) {
    report(
      'dist-info-ambiguous',
      null,
      `there are ${folders.length} dist-info folders: ${folders.join(', ')}`,
    );
    return undefined;
  }
  const expected = filename && `${filename.distribution}-${filename.version}.dist-info`;
  if (expected !== undefined && folder !== expected)
    report(
      'dist-info-name',
      folder,
      `the dist-info folder is ${quoted(folder)}; by the file name it should be ${expected}`,
    );
  return folder;
}

/** Recommendations about the order of members: what describes the wheel is found at its end. */
export function checkOrder(names: readonly string[], distInfo: string, report: Report): void {
  const files = names.filter((name) => !name.endsWith('/'));
  const [folder] = names.filter((name) => name.endsWith('/'));
  if (folder !== undefined)
    report(
      'folder-member',
      folder,
      `${names.length - files.length} folders have members of their own, ${quoted(folder)} first`,
    );
  const first = files.findIndex((name) => name.startsWith(`${distInfo}/`));
  const stray = files.slice(first).find((name) => !name.startsWith(`${distInfo}/`));
  if (stray !== undefined)
    report('dist-info-not-last', stray, `${quoted(stray)} comes behind files of ${distInfo}`);
  if (files.at(-1) !== `${distInfo}/RECORD` && files.includes(`${distInfo}/RECORD`))
    report('record-not-last', `${distInfo}/RECORD`, 'RECORD is not the last member');
}

const SCHEMES = new Set(['purelib', 'platlib', 'headers', 'scripts', 'data']);

/** The `.data` folder: its name, and that everything in it belongs to a scheme of installation. */
export function checkDataFolders(names: readonly string[], distInfo: string, report: Report): void {
  const expected = distInfo.replace(/\.dist-info$/, '.data');
  const wrongFolders = new Set<string>();
  for (const name of names) {
    const [top = '', scheme = '', ...rest] = name.split('/');
    if (!top.endsWith('.data') || scheme === '') continue;
    if (top !== expected) wrongFolders.add(top);
    else if (!SCHEMES.has(scheme) || rest.length === 0)
      report('data-scheme', name, `${quoted(name)} lies in none of ${[...SCHEMES].join(', ')}`);
  }
  for (const folder of wrongFolders)
    report(
      'data-folder-name',
      folder,
      `the folder ${quoted(folder)} should be named ${expected}, or installers take it for a package`,
    );
}
