import { posix } from 'node:path';

/**
 * Where a member lies after installation, seen from site-packages: what is below `NAME.data/platlib` or `purelib` lies
 * there directly (PyPA binary distribution format, "The .data directory"). Undefined for the other schemes, whose
 * folders lie where each installation has them.
 */
export function installedPath(member: string): string | undefined {
  const match = /^[^/]+\.data\/([^/]+)\/(.+)$/.exec(member);
  if (match === null) return member;
  return match[1] === 'platlib' || match[1] === 'purelib' ? match[2] : undefined;
}

/** Whether a member is a program that pip puts into the folder of scripts. */
export function isScript(member: string): boolean {
  return /^[^/]+\.data\/scripts\/[^/]+$/.test(member);
}

/** A runpath entry that leads from an installed file's folder to a folder of site-packages. */
export function originTo(file: string, folder: string): string {
  const way = posix.relative(posix.dirname(file), folder);
  return way === '' ? '$ORIGIN' : `$ORIGIN/${way}`;
}
