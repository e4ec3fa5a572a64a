import { found, type Found, type Missing } from './found.js';
import { checkWord } from './identity.js';
import { parseOsRelease } from './os-release.js';

/** An os-release file that was read. @public */
export interface OsReleaseFile {
  readonly path: string;
  readonly text: string;
}

/** @public */
export interface OperatingSystemSources {
  /** What the user said, or the target that was compiled for. */
  readonly flag?: string | undefined;
  /** `process.platform` of the machine that the library was compiled on. */
  readonly platform: string;
  /** That machine's os-release file, if it is a Linux and has one. */
  readonly osRelease?: OsReleaseFile | undefined;
}

/** An operating system, and what there is to say about how it was found. @public */
export interface OperatingSystem extends Found {
  readonly note?: string;
}

/**
 * Decides the word for the operating system: the flag; on Linux ID and VERSION_ID of os-release joined (`ubuntu16.04`,
 * and ID alone for rolling releases); elsewhere the word of Python's `sys.platform` (`darwin`, `win32`), which Node's
 * is the same as.
 * @throws ArtifactError `invalid-word` for a word that can't stand in a key
 * @public
 */
export function decideOperatingSystem(
  sources: OperatingSystemSources,
): OperatingSystem | Missing<'no-os-release'> {
  const { flag, platform, osRelease } = sources;
  if (flag !== undefined) return checked(found(flag, 'flag', '--os'));
  if (platform !== 'linux') return checked(found(platform, 'platform', platform));
  if (osRelease === undefined) {
    return { found: false, reason: 'no-os-release', hint: 'Pass --os, such as --os centos6.' };
  }
  const values = parseOsRelease(osRelease.text);
  const id = values.get('ID') ?? '';
  const version = values.get('VERSION_ID') ?? '';
  // os-release(5): without an ID it is "linux".
  const system = checked(found(`${id === '' ? 'linux' : id}${version}`, 'os-release', osRelease.path));
  if (id === '') return { ...system, note: `${osRelease.path} has no ID.` };
  if (version === '') {
    return { ...system, note: `${osRelease.path} has no VERSION_ID: ${id} is a rolling release.` };
  }
  return system;
}

function checked(system: Found): Found {
  checkWord('operating system', system.value);
  return system;
}
