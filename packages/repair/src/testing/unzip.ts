import { openFile, openWheel } from '@wheelwright/wheel';

/** All members of a wheel by their names. */
export async function readMembers(path: string): Promise<Map<string, Buffer>> {
  const source = await openFile(path);
  try {
    const { members } = await openWheel(source);
    const contents = new Map<string, Buffer>();
    for (const member of members) contents.set(member.name, Buffer.from(await member.bytes(1 << 30)));
    return contents;
  } finally {
    await source.close();
  }
}

/** The grafted libraries' names. */
export function graftedNames(members: ReadonlyMap<string, unknown>): string[] {
  return [...members.keys()]
    .filter((name) => /^[^/]+\.libs\//.test(name))
    .map((name) => name.slice(name.indexOf('/') + 1))
    .sort();
}
