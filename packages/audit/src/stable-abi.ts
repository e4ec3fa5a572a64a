import { createRequire } from 'node:module';
import type { ElfFile } from '@wheelwright/elf';

interface StableAbiData {
  readonly symbols: Readonly<Record<string, readonly string[]>>;
}

// Node 20 warns of JSON imports; a required file is read once, too.
const data = createRequire(import.meta.url)('./stable-abi.json') as StableAbiData;

/** By symbol, the minor version of Python 3 that it entered the stable ABI with. */
const addedIn: ReadonlyMap<string, number> = new Map(
  Object.entries(data.symbols).flatMap(([version, names]) =>
    names.map((name) => [name, Number(version.split('.')[1])] as const),
  ),
);

/** What an extension takes from the interpreter, by the rules of the stable ABI (PEP 384; Misc/stable_abi.toml). */
export interface StableAbiUse {
  /** Symbols that aren't in the stable ABI at all. */
  readonly outside: readonly string[];
  /** The minor version of Python 3 that has all the others: 2 at least. */
  readonly since: number;
  /** By version, the symbols that entered with it. */
  readonly entered: ReadonlyMap<number, readonly string[]>;
}

/** Weak symbols don't count: an extension looks whether they are there. */
export function stableAbiUse({ imports }: Pick<ElfFile, 'imports'>): StableAbiUse {
  const outside: string[] = [];
  const entered = new Map<number, string[]>();
  for (const { name, weak, library } of imports) {
    // What is bound to a library's version comes from that library, whatever its name begins with.
    if (weak || library !== undefined || !/^_?Py[A-Z_]/.test(name)) continue;
    const minor = addedIn.get(name);
    if (minor === undefined) outside.push(name);
    else entered.set(minor, [...(entered.get(minor) ?? []), name]);
  }
  return { outside, since: Math.max(2, ...entered.keys()), entered };
}
