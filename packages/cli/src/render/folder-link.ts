import type { FolderLink } from '@wheelwright/wheel';

/** What became of a symbolic link, in a line. */
export function describeLink({ name, target, stored, storedAs }: FolderLink): string {
  const fate = {
    once: `stored once, as ${storedAs ?? ''}`,
    copied: 'copied',
    'left-out': 'a folder, left out',
  };
  return `${name} -> ${target}: ${fate[stored]}`;
}
