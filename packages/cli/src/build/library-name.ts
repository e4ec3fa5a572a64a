import { ElfError, inspectElf, isElf, openFile } from '@wheelwright/elf';

/** The SONAME of an ELF library; `undefined` for any other file, and for an ELF file that can't be read. */
export async function libraryName(path: string): Promise<string | undefined> {
  const source = await openFile(path);
  try {
    if (!(await isElf(source))) return undefined;
    return (await inspectElf(source)).soname ?? undefined;
  } catch (error) {
    if (error instanceof ElfError) return undefined;
    throw error;
  } finally {
    await source.close();
  }
}
