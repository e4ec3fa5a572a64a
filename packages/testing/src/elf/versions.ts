import { ByteWriter, type StringCollector } from './byte-writer.js';
import { sysvHash } from './hash.js';
import type { MachineLayout } from './machine.js';
import type { ElfRecipe } from './recipe.js';

/** The versions that a file needs and defines, each with its index. 1 is the file itself. */
export class Versions {
  readonly #needs = new Map<string, Map<string, number>>();
  readonly #definitions = new Map<string, number>();
  readonly #soname: string;

  constructor(recipe: ElfRecipe) {
    this.#soname = recipe.soname ?? 'library.so';
    let next = 2;
    const exported = (recipe.exports ?? []).map((symbol) =>
      typeof symbol === 'string' ? undefined : symbol.version,
    );
    for (const version of [...(recipe.versionDefinitions ?? []), ...exported]) {
      if (version !== undefined && !this.#definitions.has(version)) this.#definitions.set(version, next++);
    }
    const declared = Object.entries(recipe.versionNeeds ?? {}).flatMap(([library, versions]) =>
      versions.map((version) => ({ library, version })),
    );
    const bound = (recipe.imports ?? []).map((symbol) => (typeof symbol === 'string' ? {} : symbol));
    for (const { library, version } of [...declared, ...bound] as { library?: string; version?: string }[]) {
      if (library === undefined || version === undefined) continue;
      const versions = this.#needs.get(library) ?? new Map<string, number>();
      this.#needs.set(library, versions);
      if (!versions.has(version)) versions.set(version, next++);
    }
  }

  get needCount(): number {
    return this.#needs.size;
  }

  /** With the base definition, which repeats the soname. */
  get definitionCount(): number {
    return this.#definitions.size === 0 ? 0 : this.#definitions.size + 1;
  }

  indexOfNeed(library: string, version: string): number {
    return this.#needs.get(library)?.get(version) ?? 1;
  }

  indexOfDefinition(version: string): number {
    return this.#definitions.get(version) ?? 1;
  }

  /** `.gnu.version_r` (LSB, "Version Requirements"): Verneed and Vernaux entries of 16 bytes each. */
  writeNeeds(layout: MachineLayout, strings: StringCollector): Uint8Array {
    const writer = new ByteWriter(layout);
    const libraries = [...this.#needs];
    libraries.forEach(([library, versions], at) => {
      const isLast = at === libraries.length - 1;
      writer.u16(1).u16(versions.size).u32(strings.place(library)).u32(16);
      writer.u32(isLast ? 0 : 16 + versions.size * 16);
      [...versions].forEach(([version, index], auxAt) => {
        writer.u32(sysvHash(version)).u16(0).u16(index).u32(strings.place(version));
        writer.u32(auxAt === versions.size - 1 ? 0 : 16);
      });
    });
    return writer.done();
  }

  /** `.gnu.version_d` (LSB, "Version Definitions"): a Verdef of 20 bytes and one Verdaux of 8 for each version. */
  writeDefinitions(layout: MachineLayout, strings: StringCollector): Uint8Array {
    const writer = new ByteWriter(layout);
    const definitions: [string, number][] = [[this.#soname, 1], ...this.#definitions];
    definitions.forEach(([name, index], at) => {
      writer
        .u16(1)
        .u16(index === 1 ? 1 : 0)
        .u16(index)
        .u16(1)
        .u32(sysvHash(name))
        .u32(20);
      writer.u32(at === definitions.length - 1 ? 0 : 28);
      writer.u32(strings.place(name)).u32(0);
    });
    return writer.done();
  }
}
