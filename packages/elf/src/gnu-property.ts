import { EM, GNU_PROPERTY } from './constants.js';
import { Cursor } from './cursor.js';
import type { FileHeader } from './file-header.js';

/** What the GNU properties of a file say (Linux Extensions to gABI, "Program Property"; the processors' psABIs). */
export interface GnuProperties {
  /** The x86 level that the code needs, as compilers call it: `x86-64`, `x86-64-v2` ... */
  readonly isa: string | undefined;
  /** What all code of the file supports, by the names that readelf has: `IBT`, `SHSTK`, `BTI`, `PAC` ... */
  readonly features: readonly string[];
}

/** The bits of the property `*_FEATURE_1_AND`, from the lowest, by machine. */
const FEATURES: Readonly<Record<number, { readonly type: number; readonly names: readonly string[] }>> = {
  [EM.X86_64]: { type: GNU_PROPERTY.X86_FEATURE_1_AND, names: ['IBT', 'SHSTK', 'LAM_U48', 'LAM_U57'] },
  [EM.I386]: { type: GNU_PROPERTY.X86_FEATURE_1_AND, names: ['IBT', 'SHSTK'] },
  [EM.AARCH64]: { type: GNU_PROPERTY.AARCH64_FEATURE_1_AND, names: ['BTI', 'PAC', 'GCS'] },
  [EM.RISCV]: {
    type: GNU_PROPERTY.RISCV_FEATURE_1_AND,
    names: ['CFI_LP_UNLABELED', 'CFI_SS', 'CFI_LP_FUNC_SIG'],
  },
};

/**
 * Reads the contents of all notes of type NT_GNU_PROPERTY_TYPE_0; there is one in most files. What one of several
 * needs, the file needs; what one of them lacks, the file lacks.
 */
export function readGnuProperties(notes: readonly Uint8Array[], header: FileHeader): GnuProperties {
  const known = FEATURES[header.machine];
  const isX86 = header.machine === EM.X86_64 || header.machine === EM.I386;
  let level = 0;
  let features: number | undefined;
  for (const note of notes) {
    for (const { type, bits } of numbers(note, header)) {
      if (isX86 && type === GNU_PROPERTY.X86_ISA_1_NEEDED)
        level = Math.max(level, 32 - Math.clz32(bits & 0xf));
      if (type === known?.type) features = (features ?? bits) & bits;
    }
  }
  return {
    isa: level === 0 ? undefined : level === 1 ? 'x86-64' : `x86-64-v${level}`,
    features: known?.names.filter((_, bit) => ((features ?? 0) & (1 << bit)) !== 0) ?? [],
  };
}

/** The properties whose value is a 32-bit number. Each is padded to the width of an address. */
function* numbers(
  note: Uint8Array,
  header: FileHeader,
): Generator<{ readonly type: number; readonly bits: number }> {
  const word = header.class / 8;
  for (let at = 0; at + 8 <= note.length; ) {
    const cursor = new Cursor(note, header, 'NT_GNU_PROPERTY_TYPE_0', at);
    const type = cursor.u32();
    const size = cursor.u32();
    if (size === 4) yield { type, bits: cursor.u32() };
    at += 8 + Math.ceil(size / word) * word;
  }
}
