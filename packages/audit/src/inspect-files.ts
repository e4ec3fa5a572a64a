import { availableParallelism } from 'node:os';
import { ElfError, inspectElf, isElf, type ByteSource } from '@wheelwright/elf';
import type { Wheel, WheelMember } from '@wheelwright/wheel';
import type { AuditedFile } from './graph.js';
import { Slots } from './slots.js';

/** Something that may be an ELF file: a member of a wheel, a file of a folder. */
export interface Candidate {
  readonly path: string;
  readonly source: ByteSource;
}

/** What an ELF file begins with (gABI, "ELF Identification"). */
const ELF_MAGIC = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46);

/** Nothing shorter can hold an ELF header (gABI, "ELF Header": 52 bytes in the 32-bit class). */
const SMALLEST_ELF = 52;

/**
 * Members that are inflated at the same time, in all wheels of the process together: each takes one of libuv's
 * threads, of which there are four unless UV_THREADPOOL_SIZE says otherwise, and some 20 MiB.
 */
const inflating = new Slots(Math.max(2, Math.min(availableParallelism(), 4)));

/**
 * Reads what a candidate says; undefined where it isn't ELF.
 *
 * @throws {@link ElfError} with the candidate's name where it begins as an ELF file and isn't one
 */
export async function inspectCandidate(candidate: Candidate): Promise<AuditedFile | undefined> {
  return (await mayBeElf(candidate)) ? inspectNamed(candidate) : undefined;
}

/** From this size on a member is worth a look of its own, so that its inflating begins early. */
const LARGE = 1 << 20;

/**
 * Reads what the ELF files among a wheel's members say, several side by side. The large ones are begun first, the
 * largest before the others, since it takes longest; meanwhile the many small members are looked at in the order of
 * the archive, in one pass over it.
 *
 * @returns the files by name
 * @throws {@link ElfError} for the first member that begins as an ELF file and isn't one; `WheelError` where the
 * archive is broken
 */
export async function inspectMembers(wheel: Wheel): Promise<ReadonlyMap<string, AuditedFile>> {
  const begun = new Map<WheelMember, Promise<AuditedFile>>();
  const begin = (member: WheelMember): void => {
    const file = inflating.run(() => inspectMember(member));
    // A failure is met when its turn comes; until then it must not count as unhandled.
    file.catch(() => undefined);
    begun.set(member, file);
  };
  const candidates = wheel.members.filter(({ name, size }) => size >= SMALLEST_ELF && !name.endsWith('.py'));
  const large = candidates.filter(({ size }) => size >= LARGE);
  large.sort((one, other) => other.size - one.size);
  const small = candidates.filter(({ size }) => size < LARGE);
  try {
    for (const group of [...large.map((member) => [member]), small])
      for await (const member of wheel.membersBeginningWith(ELF_MAGIC, group)) begin(member);
  } finally {
    // Nothing goes on behind the caller's back, also where something failed.
    await Promise.allSettled(begun.values());
  }
  const files = new Map<string, AuditedFile>();
  for (const member of candidates) {
    const file = await begun.get(member);
    if (file !== undefined) files.set(file.path, file);
  }
  return files;
}

/** Only as much is inflated as is read, so that no CRC can be made of it. */
async function inspectMember(member: WheelMember): Promise<AuditedFile> {
  const source = member.source({ checksum: false });
  try {
    return await inspectNamed({ path: member.name, source });
  } finally {
    await source.close();
  }
}

async function mayBeElf({ path, source }: Candidate): Promise<boolean> {
  return source.size >= SMALLEST_ELF && !path.endsWith('.py') && (await isElf(source));
}

async function inspectNamed({ path, source }: Candidate): Promise<AuditedFile> {
  try {
    return { path, elf: await inspectElf(source) };
  } catch (error) {
    throw error instanceof ElfError ? error.in(path) : error;
  }
}
