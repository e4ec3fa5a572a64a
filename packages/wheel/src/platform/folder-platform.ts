import { bufferSource, type ByteSource, openFile } from '../byte-source.js';
import { readExactly } from '../byte-source.js';
import { WheelError } from '../error.js';
import type { WheelInput } from '../input.js';
import { isMachO, type MachOSlice, readMachO } from './mach-o.js';
import { readPe } from './pe.js';

/** A binary that no tag can be derived from, and why. @public */
export interface UnjudgedFile {
  readonly name: string;
  readonly reason: string;
}

/** What a wheel of some files can claim to run on. @public */
export interface FolderPlatform {
  /** The platform part of its tag: `any` where there are no binaries that could be judged. */
  readonly tag: string;
  readonly unjudged: readonly UnjudgedFile[];
}

/** Judges all ELF files of a wheel together: gives the platform part of its tag. @public */
export type JudgeElf = (files: readonly WheelInput[]) => Promise<string>;

interface Binaries {
  readonly elf: WheelInput[];
  readonly windows: Map<string, string[]>;
  readonly macos: { readonly name: string; readonly slices: readonly MachOSlice[] }[];
  readonly unjudged: UnjudgedFile[];
}

/**
 * Derives the platform tag of a wheel from its files: PE files by their machine, Mach-O files by architecture and
 * minimum version, ELF files as `judgeElf` says. What a file is, its content decides, not its name.
 *
 * Throws `mixed-platforms` where they can't run on one machine.
 */
export async function platformOfFiles(
  files: readonly WheelInput[],
  judgeElf: JudgeElf,
): Promise<FolderPlatform> {
  const binaries: Binaries = { elf: [], windows: new Map(), macos: [], unjudged: [] };
  for (const input of files) await sort(input, binaries);
  const { elf, windows, macos, unjudged } = binaries;
  const families = [
    ...(elf.length > 0 ? [`Linux (${first(elf)})`] : []),
    ...[...windows].map(([tag, names]) => `${tag} (${names[0] ?? ''})`),
    ...(macos.length > 0 ? [`macOS (${first(macos)})`] : []),
  ];
  if (families.length > 1) throw mixed(families);
  const [windowsTag] = windows.keys();
  if (windowsTag !== undefined) return { tag: windowsTag, unjudged };
  if (elf.length > 0) return { tag: await judgeElf(elf), unjudged };
  return { tag: macos.length > 0 ? macosTag(macos, unjudged) : 'any', unjudged };
}

async function sort(input: WheelInput, binaries: Binaries): Promise<void> {
  const { name, content } = input;
  const unjudged = (reason: string): unknown => binaries.unjudged.push({ name, reason });
  await withSource(content, async (source) => {
    if (source.size < 4) return;
    const magic = Buffer.from(await readExactly(source, 0, 4)).readUInt32BE(0);
    if (magic === 0x7f454c46) binaries.elf.push(input);
    else if (magic >>> 16 === 0x4d5a) {
      const facts = await readPe(source);
      if ('tag' in facts) binaries.windows.set(facts.tag, [...(binaries.windows.get(facts.tag) ?? []), name]);
      // A text that happens to begin with MZ is no binary.
      else if (/\.(?:dll|pyd|exe)$/i.test(name)) unjudged(facts.unjudged);
    } else if (isMachO(magic)) {
      const facts = await readMachO(source);
      if (facts === undefined) return;
      if ('slices' in facts) binaries.macos.push({ name, slices: facts.slices });
      else unjudged(facts.unjudged);
    }
  });
}

async function withSource(
  content: WheelInput['content'],
  use: (source: ByteSource) => Promise<void>,
): Promise<void> {
  if ('source' in content) return use(content.source);
  if (!('path' in content)) return use(bufferSource(content));
  const source = await openFile(content.path);
  try {
    await use(source);
  } finally {
    await source.close();
  }
}

/** The names that packaging has for more than one architecture. */
const COMBINED: Readonly<Record<string, string>> = { 'arm64,x86_64': 'universal2', 'i386,x86_64': 'intel' };
/** Where nothing says better: the oldest macOS that current Pythons run on, and the first on arm64. */
const FALLBACK: readonly [number, number] = [10, 9];
const FIRST_ON_ARM: readonly [number, number] = [11, 0];

/** All files must run: on the architectures that they share, from the newest of their minimum versions on. */
function macosTag(files: Binaries['macos'], unjudged: UnjudgedFile[]): string {
  const sets = files.map(({ slices }) => new Set(slices.map(({ architecture }) => architecture)));
  const shared = [...(sets[0] ?? [])]
    .filter((architecture) => sets.every((set) => set.has(architecture)))
    .sort();
  const name = shared.length === 1 ? shared[0] : COMBINED[shared.join()];
  if (name === undefined)
    throw mixed(
      files.map(
        (file) => `${file.slices.map(({ architecture }) => architecture).join(' and ')} (${file.name})`,
      ),
    );
  // Of universal2, the version is that of x86_64: arm64 begins with macOS 11 in any case.
  const decisive = shared.includes('x86_64') ? 'x86_64' : shared[0];
  let newest = decisive === 'arm64' ? FIRST_ON_ARM : undefined;
  for (const file of files) {
    const slice = file.slices.find(({ architecture }) => architecture === decisive);
    if (slice?.minimum === undefined)
      unjudged.push({ name: file.name, reason: 'it names no minimum version of macOS' });
    else if (newest === undefined || isNewer(slice.minimum, newest)) newest = slice.minimum;
  }
  const [major, minor] = newest ?? FALLBACK;
  // Since macOS 11 minor versions don't count: Python's own tags say 0.
  return `macosx_${major}_${major >= 11 ? 0 : minor}_${name}`;
}

function isNewer(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1]);
}

function first(files: readonly { readonly name: string }[]): string {
  return files[0]?.name ?? '';
}

function mixed(platforms: readonly string[]): WheelError {
  const few = platforms.slice(0, 6).join(', ') + (platforms.length > 6 ? ' ...' : '');
  return new WheelError('mixed-platforms', `no machine can load all of these binaries: ${few}`, {
    hint: 'Make a wheel for each platform, with its own binaries only.',
  });
}
