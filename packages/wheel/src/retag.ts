import { rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { quoted, WheelError } from './error.js';
import { formatTaggedFilename, parseWheelFilename, type WheelFilename } from './filename.js';
import { fieldValues, formatHeaderFields, parseHeaderFields } from './header-fields.js';
import type { OpenedArchive } from './rewrite/archive.js';
import { rewriteArchive } from './rewrite/rewrite.js';
import { fileError } from './system-error.js';
import { expandTags, normaliseTags, type WheelTags } from './tag.js';

/**
 * What a wheel is to claim instead. Each set reads as `wheel tags` reads it: tags joined by `.` replace those
 * that are there, `+tag` adds to them, `-tag` takes away. What isn't given stays.
 */
export interface TagChange {
  readonly python?: string;
  readonly abi?: string;
  readonly platform?: string;
  /** The build tag; an empty one removes it. */
  readonly build?: string;
}

/** Options of `retagWheel`. @public */
export interface RetagOptions {
  /** Where the new wheel goes; beside the old one if not given. */
  readonly folder?: string;
  /** Removes the old wheel, when the new one is there. */
  readonly remove?: boolean;
}

/** The wheel under its new name. @public */
export interface RetaggedWheel {
  readonly path: string;
  readonly filename: string;
  /** Nothing had to be changed: no file was written. */
  readonly unchanged: boolean;
}

/**
 * Gives a wheel other tags: its file name, and in the archive WHEEL and RECORD. Everything else is copied as it
 * lies there, never inflated; the new wheel appears as a whole, or not at all.
 *
 * Starts from the tags of the file name; a WHEEL that says something else is put right. Throws `bad-filename`,
 * `bad-tag`, `bad-archive`, `bad-wheel-file`, `bad-record`, and the errors of writing.
 */
export async function retagWheel(
  path: string,
  change: TagChange,
  options: RetagOptions = {},
): Promise<RetaggedWheel> {
  const old = parseWheelFilename(basename(path));
  const wanted = changedFilename(old, change);
  const filename = formatTaggedFilename(wanted);
  const destination = join(options.folder ?? dirname(path), filename);
  const wheelFile = async (archive: OpenedArchive): Promise<ReadonlyMap<string, string>> => {
    const name = `${archive.distInfo}/WHEEL`;
    const text = await archive.text(name);
    return new Map([[name, wheelFileWith(text, wanted) ?? text]]);
  };
  const inPlace = resolve(destination) === resolve(path);
  if (inPlace) {
    const { withArchive } = await import('./rewrite/archive.js');
    const same = await withArchive(path, async (archive) => {
      const text = await archive.text(`${archive.distInfo}/WHEEL`);
      return wheelFileWith(text, wanted) === undefined;
    });
    if (same) return { path, filename, unchanged: true };
  }
  await rewriteArchive(path, destination, wheelFile);
  if (options.remove === true && !inPlace)
    await rm(path).catch((error: unknown) => {
      throw fileError(error, 'removing', path);
    });
  return { path: destination, filename, unchanged: false };
}

/** The parts of the file name after the change. Throws `bad-tag` where a set would become empty. */
export function changedFilename(old: WheelFilename, change: TagChange): WheelFilename {
  const tags: WheelTags = {
    python: changedSet('python', old.tags.python, change.python),
    abi: changedSet('abi', old.tags.abi, change.abi),
    platform: changedSet('platform', old.tags.platform, change.platform),
  };
  const build = change.build ?? old.build;
  const { distribution, version } = old;
  return { distribution, version, tags, ...(build === undefined || build === '' ? {} : { build }) };
}

function changedSet(which: keyof WheelTags, old: string, change: string | undefined): string {
  if (change === undefined) return old;
  const named = change.replace(/^[+-]/, '').split('.');
  const before = old.split('.');
  const after = change.startsWith('+')
    ? [...before, ...named]
    : change.startsWith('-')
      ? before.filter((tag) => !named.includes(tag))
      : named;
  if (after.length === 0)
    throw new WheelError('bad-tag', `${quoted(change)} takes away every ${which} tag of ${quoted(old)}`, {
      hint: 'A wheel needs one tag of each kind at least.',
    });
  return normaliseTags({ python: 'py3', abi: 'none', platform: 'any', [which]: after.join('.') })[which];
}

/** WHEEL with the tags and the build of the file name; `undefined` where it has them already. */
export function wheelFileWith(text: string, { tags, build }: WheelFilename): string | undefined {
  const fields = parseHeaderFields(text, 'bad-wheel-file');
  const wanted = expandTags(tags);
  const builds = fieldValues(fields, 'Build');
  const same = [...fieldValues(fields, 'Tag')].sort().join() === [...wanted].sort().join();
  if (same && builds.join() === (build ?? '')) return undefined;
  return formatHeaderFields(
    [
      ...fields.filter(([name]) => !/^(?:tag|build)$/i.test(name)),
      ...wanted.map((tag) => ['Tag', tag] as const),
      ...(build === undefined ? [] : [['Build', build] as const]),
    ],
    'bad-wheel-file',
  );
}
