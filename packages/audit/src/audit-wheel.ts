import type { ByteSource } from '@wheelwright/elf';
import { openWheel, parseWheelFilename, type WheelMember } from '@wheelwright/wheel';
import { findHostLibraries } from './host-search.js';
import { inspectMembers } from './inspect-files.js';
import { judge, type JudgeInput } from './judge.js';
import { inRecordOrder } from './record-order.js';
import { tagLines, type TagClaims } from './tag-claim.js';
import type { Verdict } from './verdict.js';

/** How an audit is asked for. */
export interface AuditOptions extends Pick<JudgeInput, 'policy' | 'excluded' | 'all'> {
  /** The file's name, or a path to it: the claims of a wheel stand in its name. */
  readonly path: string;
  /** Absolute folders of this machine in which libraries are looked for that the wheel lacks; none unless given. */
  readonly ldpaths?: readonly string[];
}

/** Where a wheel keeps its own tags. */
export const WHEEL_FILE = /^[^/]+\.dist-info\/WHEEL$/;

/** No WHEEL file is larger. */
export const MAX_WHEEL_FILE = 1 << 20;

/**
 * Judges a wheel by the platform tags of its file name and of its WHEEL file. Every ELF file in the archive counts,
 * whether RECORD lists it or not: pip unpacks it all the same.
 *
 * @throws WheelError where it is no wheel; ElfError where a file in it only begins as ELF
 */
export async function auditWheel(
  source: ByteSource,
  { path, ldpaths = [], ...rest }: AuditOptions,
): Promise<Verdict> {
  const name = parseWheelFilename(path.split('/').at(-1) ?? '');
  const wheel = await openWheel(source);
  const inspecting = inspectMembers(wheel);
  // RECORD and WHEEL are read while the large files are inflated, on other threads.
  const reading = Promise.all([inRecordOrder(wheel.members), tagsInside(wheel.members)]);
  await Promise.allSettled([inspecting, reading]);
  const inspected = await inspecting;
  const [order, inside] = await reading;
  const files = order.map(({ name: path }) => inspected.get(path)).filter((file) => file !== undefined);
  return judge({
    kind: 'wheel',
    files,
    tags: { fileName: name.tags, wheelFile: inside },
    host: await findHostLibraries(files, ldpaths),
    ...rest,
  });
}

/** WHEEL's `Tag:` lines; undefined where there is no WHEEL file. */
async function tagsInside(members: readonly WheelMember[]): Promise<TagClaims['wheelFile']> {
  const member = members.find(({ name }) => WHEEL_FILE.test(name));
  if (member === undefined) return undefined;
  const text = new TextDecoder().decode(await member.bytes(MAX_WHEEL_FILE));
  return { path: member.name, tags: tagLines(text) };
}
