import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WheelError } from '../error.js';
import { digest, zipOutput } from '../file-output.js';
import { prepareInput, type WheelInput } from '../input.js';
import { makeFolders } from '../make-folders.js';
import { checkMemberName, checkUniqueNames } from '../member-name.js';
import { formatRecord, parseRecord, recordHash, type RecordRow } from '../record.js';
import { replaceFile } from '../replace-file.js';
import { fileError } from '../system-error.js';
import type { Member } from '../verify/headers.js';
import { type WriteOptions, type WrittenWheel, zipWriterOptions } from '../write.js';
import { blocksAhead } from '../zip/blocks-ahead.js';
import { openWheel } from '../wheel.js';
import { type ZipInput, ZipWriter } from '../zip/zip-writer.js';
import { type OpenedArchive, withArchive } from './archive.js';
import { planRewrite } from './plan.js';
import { copyKept } from './rewrite.js';

/** What is to be different in a wheel; RECORD follows by itself. */
export interface WheelChange {
  /** Its new file name. */
  readonly filename: string;
  /** Members that are replaced, or added. They come behind those that stay, in this order, those of dist-info last. */
  readonly members: readonly WheelInput[];
  /** Members that go. */
  readonly removed?: readonly string[];
}

/**
 * Writes a wheel anew into a folder, which is made if needed, with some members replaced, added or removed. All others
 * are copied as they lie there, never inflated, except those of dist-info where other members are written: it comes last
 * (PyPA binary distribution format), so they are written anew behind them. New ones are deflated on all cores. The same wheel, change and options
 * give the same bytes on every run, and the new wheel appears as a whole or not at all.
 *
 * Throws `bad-archive` for a wheel that can't be copied, `not-found` for a member to remove that isn't there, and what
 * `writeWheel` throws for inputs and options.
 */
export async function rewriteWheel(
  path: string,
  folder: string,
  change: WheelChange,
  options: WriteOptions = {},
): Promise<WrittenWheel> {
  const inputs = await Promise.all(change.members.map(prepareInput));
  const zipOptions = zipWriterOptions(options, inputs);
  return withArchive(path, async (archive) => {
    const record = `${archive.distInfo}/RECORD`;
    const kept = keptMembers(archive, change, record);
    const rows = parseRecord(await archive.text(record));
    const isDistInfo = ({ name }: { readonly name: string }): boolean =>
      name.startsWith(`${archive.distInfo}/`);
    const outside = inputs.filter((input) => !isDistInfo(input));
    const inside = inputs.filter(isDistInfo);
    const moved = outside.length === 0 ? [] : kept.filter(isDistInfo);
    const isMoved = new Set(moved);
    const isKept = new Set<string>(kept.filter((member) => !isMoved.has(member)).map(({ name }) => name));
    const plan = planRewrite(archive.members, archive.start, (entry) => !isKept.has((entry as Member).name));
    const before = await stat(path, { bigint: true });
    zipOptions.proceed();
    await makeFolders(folder).catch((error: unknown) => {
      throw fileError(error, 'making the folder', folder);
    });
    const destination = join(folder, change.filename);
    return replaceFile(destination, async (file, temporary) => {
      await copyKept(path, { file, temporary }, plan.ranges);
      const after = await stat(path, { bigint: true });
      if (after.mtimeNs !== before.mtimeNs || after.size !== before.size)
        throw new WheelError('input-changed', `${path} changed while it was copied`);
      const zip = new ZipWriter(zipOutput(file), { ...zipOptions, kept: plan });
      try {
        const written = await addAll(zip, outside);
        await addAll(zip, await sameContents(archive, moved));
        written.push(...(await addAll(zip, inside)));
        const text = formatRecord(adaptedRows(rows, written, change.removed ?? [], record));
        await zip.add(await prepareInput({ name: record, content: Buffer.from(text) }));
        const size = await zip.finish();
        await file.truncate(size);
        // The disk writes while the processor hashes.
        const [sha256] = await Promise.all([digest(file, size, zipOptions.proceed), file.sync()]);
        const members = kept.length + inputs.length + 1;
        return { path: destination, filename: change.filename, size, sha256, members };
      } catch (error) {
        await zip.abandon();
        throw error;
      }
    });
  });
}

/** Adds members, and gives their rows of RECORD. */
async function addAll(zip: ZipWriter, inputs: readonly ZipInput[]): Promise<RecordRow[]> {
  const rows: RecordRow[] = [];
  for (const input of blocksAhead(inputs))
    rows.push({ path: input.name, hash: recordHash(await zip.add(input)), size: input.size });
  return rows;
}

/** Members of the archive as they are, to be written anew. */
async function sameContents(archive: OpenedArchive, members: readonly Member[]): Promise<ZipInput[]> {
  if (members.length === 0) return [];
  const byName = new Map((await openWheel(archive.source)).members.map((member) => [member.name, member]));
  return Promise.all(
    members.flatMap(({ name, mode }) => {
      const source = byName.get(name)?.source();
      const executable = (mode & 0o111) !== 0;
      return source === undefined ? [] : [prepareInput({ name, executable, content: { source } })];
    }),
  );
}

/** The members that stay, after all names have been checked. */
function keptMembers(archive: OpenedArchive, change: WheelChange, record: string): readonly Member[] {
  const present = new Set(archive.members.map(({ name }) => name));
  const added = change.members.map(({ name }) => name);
  const missing = (change.removed ?? []).find((name) => !present.has(name));
  if (missing !== undefined)
    throw new WheelError('not-found', `${archive.path} has no ${missing}`, { member: missing });
  for (const name of added) {
    checkMemberName(name);
    if (name === record)
      throw new WheelError('bad-input', `${record} is made by the writer`, { member: record });
  }
  const gone = new Set([...added, ...(change.removed ?? []), record]);
  const kept = archive.members.filter(({ name }) => !gone.has(name));
  checkUniqueNames([...kept.map(({ name }) => name), ...added, record], { fold: false });
  return kept;
}

/** RECORD's rows: what stays as it was, what is new in the place of the old or before RECORD's own, which is last. */
function adaptedRows(
  rows: readonly RecordRow[],
  written: readonly RecordRow[],
  removed: readonly string[],
  record: string,
): RecordRow[] {
  const fresh = new Map(written.map((row) => [row.path, row]));
  const gone = new Set([...removed, record]);
  const before = new Set(rows.map(({ path }) => path));
  return [
    ...rows.filter(({ path }) => !gone.has(path)).map((row) => fresh.get(row.path) ?? row),
    ...written.filter(({ path }) => !before.has(path) || gone.has(path)),
    { path: record },
  ];
}
