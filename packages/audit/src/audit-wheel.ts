import type { ByteSource } from '@wheelwright/elf';
import { openWheel, parseWheelFile, parseWheelFilename, type WheelMember } from '@wheelwright/wheel';
import { inspectMembers } from './inspect-files.js';
import { judge, type JudgeInput } from './judge.js';
import { inRecordOrder } from './record-order.js';
import type { Verdict } from './verdict.js';

/** How an audit is asked for. */
export interface AuditOptions extends Pick<JudgeInput, 'policy' | 'excluded'> {
  /** The file's name, or a path to it: the claims of a wheel stand in its name. */
  readonly path: string;
}

/** No WHEEL file is larger. */
const MAX_WHEEL_FILE = 1 << 20;

/**
 * Judges a wheel by the platform tags of its file name and of its WHEEL file. Every ELF file in the archive counts,
 * whether RECORD lists it or not: pip unpacks it all the same.
 *
 * @throws WheelError where it is no wheel; ElfError where a file in it only begins as ELF
 */
export async function auditWheel(source: ByteSource, options: AuditOptions): Promise<Verdict> {
  const name = parseWheelFilename(options.path.split('/').at(-1) ?? '');
  const wheel = await openWheel(source);
  const inspected = await inspectMembers(wheel.members);
  const order = await inRecordOrder(wheel.members);
  const files = order.map(({ name: path }) => inspected.get(path)).filter((file) => file !== undefined);
  const inside = await tagsInside(wheel.members);
  return judge({
    kind: 'wheel',
    files,
    claimed: [...new Set([...name.tags.platform.split('.'), ...inside])],
    ...(options.policy === undefined ? {} : { policy: options.policy }),
    ...(options.excluded === undefined ? {} : { excluded: options.excluded }),
  });
}

/** The platform parts of WHEEL's `Tag:` lines; none where there is no WHEEL file. */
async function tagsInside(members: readonly WheelMember[]): Promise<string[]> {
  const member = members.find(({ name }) => /^[^/]+\.dist-info\/WHEEL$/.test(name));
  if (member === undefined) return [];
  const text = new TextDecoder().decode(await member.bytes(MAX_WHEEL_FILE));
  return parseWheelFile(text).tags.map((tag) => tag.split('-').at(-1) ?? '');
}
