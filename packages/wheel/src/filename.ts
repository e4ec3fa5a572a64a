import { quoted, WheelError } from './error.js';
import { checkName, normaliseDistribution } from './name.js';
import { normaliseTags, type WheelTags } from './tag.js';
import { normaliseVersion } from './version.js';

/** What a wheel's file name says (PEP 427, PyPA binary distribution format). */
export interface WheelFilename {
  readonly distribution: string;
  readonly version: string;
  /** The build tag, a number with an optional suffix: `1`, `20240101abc`. */
  readonly build?: string;
  readonly tags: WheelTags;
}

const BUILD = /^\d+[a-z0-9_.]*$/i;

/**
 * Takes a wheel's file name apart. Distribution and version stay as they are spelt, because published wheels
 * aren't all normalised; tags come in lower case. Throws `bad-filename`, with what is wrong as its cause.
 */
export function parseWheelFilename(name: string): WheelFilename {
  if (!name.endsWith('.whl')) throw badFilename(name, 'it does not end in .whl');
  const parts = name.slice(0, -'.whl'.length).split('-');
  if (parts.length !== 5 && parts.length !== 6)
    throw badFilename(name, `it has ${parts.length} parts, not 5 or 6`);
  const [distribution = '', version = ''] = parts;
  const [python = '', abi = '', platform = ''] = parts.slice(-3);
  const build = parts.length === 6 ? parts[2] : undefined;
  try {
    checkName(distribution);
    if (distribution.includes('__')) throw new WheelError('bad-name', 'a name is not spelt with "__" here');
    normaliseVersion(version);
    if (build !== undefined) checkBuild(build);
    normaliseTags({ python, abi, platform });
  } catch (cause) {
    throw badFilename(name, cause instanceof WheelError ? cause.message : String(cause), cause);
  }
  const tags = { python: python.toLowerCase(), abi: abi.toLowerCase(), platform: platform.toLowerCase() };
  return { distribution, version, ...(build === undefined ? {} : { build }), tags };
}

/**
 * The file name of a wheel: distribution and version normalised, tag sets sorted.
 * Throws `bad-name`, `bad-version`, `bad-tag`, or `bad-filename` for the build tag.
 */
export function formatWheelFilename(parts: WheelFilename): string {
  return formatTaggedFilename({
    ...parts,
    distribution: normaliseDistribution(parts.distribution),
    version: normaliseVersion(parts.version),
  });
}

/**
 * The file name of a wheel whose name and version are spelt as its dist-info folder spells them, normalised or not.
 * Throws `bad-tag`, or `bad-filename` for the build tag.
 */
export function formatTaggedFilename({ distribution, version, build, tags }: WheelFilename): string {
  if (build !== undefined) checkBuild(build);
  const { python, abi, platform } = normaliseTags(tags);
  const parts = [distribution, version, ...(build === undefined ? [] : [build]), python, abi, platform];
  return `${parts.join('-')}.whl`;
}

function checkBuild(build: string): void {
  if (BUILD.test(build)) return;
  throw new WheelError('bad-filename', `${quoted(build)} is not a build tag`, {
    hint: 'A build tag starts with a digit and goes on with letters, digits, "." and "_": 1, 2local',
  });
}

function badFilename(name: string, reason: string, cause?: unknown): WheelError {
  return new WheelError('bad-filename', `${quoted(name)} is not a wheel's file name: ${reason}`, {
    hint: 'Wheels are named distribution-version[-build]-python-abi-platform.whl: mxnet-1.9.1-py3-none-any.whl',
    cause,
  });
}
