import { DT } from '../constants.js';
import { ElfError } from '../error.js';
import type { ElfChanges } from './changes.js';
import type { DynamicValue, Layout } from './layout.js';
import type { Tables } from './tables.js';

/** An entry of the dynamic section as it shall be; one with a text has yet to find the text a place. */
export interface WantedEntry extends DynamicValue {
  /** The string that it shall say; undefined where the value stays. */
  readonly text?: string;
}

/** What the changes come to. */
export interface Wanted {
  readonly entries: readonly WantedEntry[];
  /** New names of libraries in the version needs, by the old one. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Libraries whose version needs go. */
  readonly removed: ReadonlySet<string>;
  /** What changes, in words. Empty: the file is as it shall be. */
  readonly says: readonly string[];
}

/**
 * Decides which entries the dynamic section shall have.
 *
 * @throws `ElfError` `unpatchable` where a library that shall go or be renamed isn't needed
 */
export function wantedEntries(layout: Layout, { texts, versionNeeds }: Tables, changes: ElfChanges): Wanted {
  const says: string[] = [];
  const present = new Set(
    Array.from(texts).flatMap(([at, text]) => (layout.dynamic[at]?.tag === DT.NEEDED ? [text] : [])),
  );
  const renamed = new Map(Object.entries(changes.renameNeeded ?? {}).filter(([from, to]) => from !== to));
  const removed = new Set(changes.removeNeeded ?? []);
  const versioned = new Set(versionNeeds.map(({ library }) => library));
  for (const name of [...renamed.keys(), ...removed]) {
    if (present.has(name) || (renamed.has(name) && versioned.has(name))) continue;
    throw new ElfError(
      'unpatchable',
      `${name} is not among the needed libraries (${[...present].join(', ')})`,
      {
        structure: 'DT_NEEDED',
      },
    );
  }
  let entries = layout.dynamic.map((entry, at): WantedEntry => {
    const text = texts.get(at);
    return text === undefined ? entry : { ...entry, text };
  });
  entries = changeNeeded(entries, { renamed, removed, added: changes.addNeeded ?? [] }, says);
  if (changes.soname !== undefined) entries = setText(entries, DT.SONAME, changes.soname, says);
  if (changes.runpath !== undefined) entries = setText(entries, DT.RUNPATH, path(changes.runpath), says);
  if (changes.rpath !== undefined) entries = setText(entries, DT.RPATH, path(changes.rpath), says);
  return { entries, renamed, removed, says };
}

function path(folders: readonly string[] | null): string | undefined {
  return folders === null || folders.length === 0 ? undefined : folders.join(':');
}

function changeNeeded(
  entries: readonly WantedEntry[],
  {
    renamed,
    removed,
    added,
  }: {
    readonly renamed: ReadonlyMap<string, string>;
    readonly removed: ReadonlySet<string>;
    readonly added: readonly string[];
  },
  says: string[],
): WantedEntry[] {
  const needed = new Set<string>();
  const changed = entries.flatMap((entry): WantedEntry[] => {
    const { tag, text } = entry;
    if (tag !== DT.NEEDED || text === undefined) return [entry];
    if (removed.has(text)) {
      says.push(`needed ${text}: removed`);
      return [];
    }
    const name = renamed.get(text) ?? text;
    if (name !== text) says.push(`needed ${text}: renamed to ${name}`);
    // What became the name of another needed library is needed once.
    if (needed.has(name) && name !== text) return [];
    needed.add(name);
    return [{ ...entry, text: name }];
  });
  const fresh = [...new Set(added)].filter((name) => !needed.has(name));
  says.push(...fresh.map((name) => `needed ${name}: added`));
  const after = changed.findLastIndex(({ tag }) => tag === DT.NEEDED) + 1;
  return changed.toSpliced(after, 0, ...fresh.map((text) => ({ tag: DT.NEEDED, value: 0n, text })));
}

const WORDS: Readonly<Record<number, string>> = {
  [DT.SONAME]: 'soname',
  [DT.RUNPATH]: 'runpath',
  [DT.RPATH]: 'rpath',
};

/** Sets the text of a tag that occurs once, adds the entry, or removes it (undefined). */
function setText(
  entries: readonly WantedEntry[],
  tag: number,
  text: string | undefined,
  says: string[],
): WantedEntry[] {
  const word = WORDS[tag] ?? '';
  const before = entries.find((entry) => entry.tag === tag)?.text;
  if (before === text) return [...entries];
  says.push(`${word} ${before ?? '(none)'}: ${text === undefined ? 'removed' : `now ${text}`}`);
  if (text === undefined) return entries.filter((entry) => entry.tag !== tag);
  if (before !== undefined) return entries.map((entry) => (entry.tag === tag ? { ...entry, text } : entry));
  const after = entries.findLastIndex((entry) => entry.tag === DT.NEEDED) + 1;
  return entries.toSpliced(after, 0, { tag, value: 0n, text });
}
