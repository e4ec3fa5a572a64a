import type { AuditedFile } from '@wheelwright/audit';
import { ElfError, inspectElf, isElf, openFile } from '@wheelwright/elf';
import { readVariantFacts, type VariantFacts } from '@wheelwright/variant';
import type { WheelInput } from '@wheelwright/wheel';

/** What the native files of a wheel-to-be say: for its tag, and for its variant. */
export interface NativeFacts {
  readonly files: readonly AuditedFile[];
  /** Of shared objects only: programs and object files have no variant. */
  readonly variants: readonly VariantFacts[];
}

/** Reads every ELF file among the inputs, one after the other. */
export async function inspectInputs(
  inputs: readonly WheelInput[],
  signal: AbortSignal,
): Promise<NativeFacts> {
  const files: AuditedFile[] = [];
  const variants: VariantFacts[] = [];
  for (const { name, content } of inputs) {
    signal.throwIfAborted();
    if (!('path' in content)) continue;
    const source = await openFile(content.path);
    try {
      if (!(await isElf(source))) continue;
      const elf = await inspectElf(source);
      files.push({ path: name, elf });
      if (elf.type === 'DYN') variants.push(await readVariantFacts(source, elf, name));
    } catch (error) {
      throw error instanceof ElfError ? error.in(content.path) : error;
    } finally {
      await source.close();
    }
  }
  return { files, variants };
}
