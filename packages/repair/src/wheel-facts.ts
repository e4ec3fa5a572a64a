import type { AuditedFile } from '@wheelwright/audit';
import { ElfError, inspectElf, isElf } from '@wheelwright/elf';
import {
  openFile,
  openWheel,
  parseWheelFilename,
  WheelError,
  type ClosableSource,
  type WheelFilename,
  type WheelMember,
} from '@wheelwright/wheel';
import { RepairError } from './error.js';

/** A wheel, opened: its members, and what its ELF files say. */
export interface OpenedWheel {
  readonly fileName: WheelFilename;
  readonly members: ReadonlyMap<string, WheelMember>;
  readonly files: readonly AuditedFile[];
  /** `pkg-1.0.dist-info` */
  readonly distInfo: string;
  readonly close: () => Promise<void>;
}

/** Nothing shorter can hold an ELF header (gABI, "ELF Header": 52 bytes in the 32-bit class). */
const SMALLEST_ELF = 52;

/**
 * Opens a wheel and reads every ELF file in it, whether RECORD names it or not.
 *
 * @throws WheelError where it is no wheel; ElfError, with the member's name, where a file only begins as ELF
 */
export async function openWheelFacts(path: string, signal?: AbortSignal): Promise<OpenedWheel> {
  const fileName = parseWheelFilename(path.split('/').at(-1) ?? '');
  const source = await openFile(path);
  try {
    return await readFacts(path, fileName, source, signal);
  } catch (error) {
    await source.close();
    if (!(error instanceof WheelError) || error.message.includes(path)) throw error;
    const { code, member, hint } = error;
    throw new WheelError(code, `${path}: ${error.message}`, { member, hint, cause: error });
  }
}

async function readFacts(
  path: string,
  fileName: WheelFilename,
  source: ClosableSource,
  signal: AbortSignal | undefined,
): Promise<OpenedWheel> {
  const { members } = await openWheel(source);
  const files: AuditedFile[] = [];
  for (const member of members) {
    signal?.throwIfAborted();
    const file = await inspectMember(member);
    if (file !== undefined) files.push(file);
  }
  const distInfo = members.map(({ name }) => /^([^/]+\.dist-info)\/WHEEL$/.exec(name)?.[1]).find(Boolean);
  if (distInfo === undefined) {
    throw new RepairError('bad-request', `${path} is no wheel: it has no .dist-info/WHEEL`, {
      hint: 'run `wheelwright verify` on it',
    });
  }
  const byName = new Map(members.map((member) => [member.name, member]));
  return { fileName, members: byName, files, distInfo, close: () => source.close() };
}

async function inspectMember(member: WheelMember): Promise<AuditedFile | undefined> {
  if (member.size < SMALLEST_ELF || member.name.endsWith('.py')) return undefined;
  const source = member.source();
  if (!(await isElf(source))) return undefined;
  try {
    return { path: member.name, elf: await inspectElf(source) };
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    throw new ElfError(error.code, `${member.name}: ${error.message}`, { hint: error.hint, cause: error });
  }
}
