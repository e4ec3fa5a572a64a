import { ARCHITECTURES, type Architecture } from '@wheelwright/elf';
import { findPolicy, policiesOf, tagOf, type Family, type Policy } from './policy.js';

/** A platform tag, understood. */
export type PlatformTag =
  | { readonly kind: 'any' }
  | { readonly kind: 'linux'; readonly architecture: Architecture }
  /** `linux_` of a machine that no policy speaks of: `linux_mips64`. */
  | { readonly kind: 'other-linux'; readonly machine: string }
  | { readonly kind: 'policy'; readonly family: Family; readonly policy: Policy }
  /** A tag of a known family that no policy of ours describes, such as a later glibc than the data knows. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** Another operating system's: not judged here. */
  | { readonly kind: 'foreign' };

/**
 * Reads a platform tag: PEP 600 (`manylinux_2_17_x86_64`), legacy aliases (`manylinux2014_x86_64`), PEP 656
 * (`musllinux_1_2_aarch64`), `linux_x86_64` and `any`. A glibc version between two policies' is held to the
 * older one: what it allows is present there.
 */
export function parsePlatformTag(tag: string): PlatformTag {
  if (tag === 'any') return { kind: 'any' };
  const family = (['manylinux', 'musllinux', 'android', 'linux'] as const).find((word) =>
    tag.startsWith(word),
  );
  if (family === undefined) return { kind: 'foreign' };
  // armv6l wheels are judged as armv7l: their files can't be told apart. Android names its own ABIs (PEP 738).
  const judged = tag.replace(/_armv6l$/, '_armv7l').replace(/^(android_.*)_arm64_v8a$/, '$1_aarch64');
  const architecture = ARCHITECTURES.find((word) => judged.endsWith(`_${word}`));
  if (family === 'linux') {
    return architecture !== undefined
      ? { kind: 'linux', architecture }
      : { kind: 'other-linux', machine: tag.slice('linux_'.length) };
  }
  if (architecture === undefined)
    return { kind: 'unknown', reason: `${tag} names no architecture with policies` };
  const name = judged.slice(0, -architecture.length - 1);
  const policy =
    family === 'android'
      ? androidPolicy(name, architecture)
      : (findPolicy(name, architecture) ?? olderNeighbour(family, name, architecture));
  if (policy === undefined) return { kind: 'unknown', reason: `no policy describes ${tag}` };
  return { kind: 'policy', family, policy };
}

/** Libraries are only ever added to Android: an API level has what the last level with a change has, and its own name. */
function androidPolicy(name: string, architecture: Architecture): Policy | undefined {
  const level = Number(/^android_(\d+)$/.exec(name)?.[1]);
  const policy = policiesOf('android', architecture).findLast(({ version }) => Number(version) <= level);
  return policy === undefined ? undefined : { ...policy, name, version: String(level) };
}

function olderNeighbour(family: Family, name: string, architecture: Architecture): Policy | undefined {
  const wanted = /_(\d+)_(\d+)$/.exec(name);
  if (wanted === null) return undefined;
  const older = policiesOf(family, architecture).filter(({ version }) => {
    const [major, minor] = version.split('.').map(Number);
    return major === Number(wanted[1]) && (minor ?? 0) <= Number(wanted[2]);
  });
  // Beyond the newest policy nothing is known of what such a system has.
  return older.length < policiesOf(family, architecture).length ? older.at(-1) : undefined;
}

/**
 * All spellings of a platform tag, sorted: `manylinux2014_x86_64` and `manylinux_2_17_x86_64` are one promise. A tag
 * without a legacy alias is the only one of its kind.
 */
export function platformSpellings(tag: string): string[] {
  const parsed = parsePlatformTag(tag);
  if (parsed.kind !== 'policy') return [tag];
  const { aliases, architecture } = parsed.policy;
  const spellings = [tagOf(parsed.policy), ...aliases.map((word) => `${word}_${architecture}`)];
  // A glibc version between two policies' is judged by the older one, and claimed as it was said.
  return spellings.includes(tag) ? spellings.sort() : [tag];
}
