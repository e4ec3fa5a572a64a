import { found, type Found, type Missing } from './found.js';
import { checkWord } from './identity.js';
import { parseReleaseFile } from './release-file.js';

/** An os-release file that was read, or an older one of /etc. @public */
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
  /** That machine's os-release file, if it is a Linux and has one; else another of its release files. */
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
  const words = osRelease === undefined ? undefined : parseReleaseFile(osRelease.path, osRelease.text);
  if (osRelease === undefined || words === undefined) {
    return { found: false, reason: 'no-os-release', hint: 'Pass --os, such as --os centos6.' };
  }
  const { id, version } = words;
  const { path } = osRelease;
  // os-release(5): without an ID it is "linux".
  const system = checked(found(`${id === '' ? 'linux' : id}${version}`, 'os-release', path));
  if (id === '') return { ...system, note: `${path} has no ID.` };
  if (version === '') return { ...system, note: `${path} has no VERSION_ID: ${id} is a rolling release.` };
  if (!path.endsWith('/os-release'))
    return { ...system, note: `There is no os-release; ${path} says ${system.value}.` };
  return system;
}

function checked(system: Found): Found {
  checkWord('operating system', system.value);
  return system;
}
