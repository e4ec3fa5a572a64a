import { tool } from '@wheelwright/testing';
import type { ElfFile } from '../index.js';

/** What GNU readelf says of a file in its headers, dynamic section, versions and notes, and how its sections are called. */
export type ReadelfFacts = { readonly sectionNames: readonly string[] } & Pick<
  ElfFile,
  | 'class'
  | 'endian'
  | 'type'
  | 'interpreter'
  | 'soname'
  | 'needed'
  | 'rpath'
  | 'runpath'
  | 'versionNeeds'
  | 'versionDefinitions'
  | 'buildId'
  | 'abiTag'
  | 'features'
  | 'execStack'
>;

/** Runs `readelf -hlSdVnW` and parses what it prints. */
export async function readelf(path: string): Promise<ReadelfFacts> {
  const text = await tool('readelf', ['-hlSdVnW', path]);
  const abiTag = /OS: (\w+), ABI: ([\d.]+)/.exec(text);
  return {
    sectionNames: all(text, /^ +\[ *\d+\] (\S*) /gm),
    class: first(text, /^ +Class: +ELF(\d+)/m) === '32' ? 32 : 64,
    endian: /^ +Data: .*little endian/m.test(text) ? 'little' : 'big',
    type: first(text, /^ +Type: +(\w+)/m) ?? '',
    interpreter: first(text, /program interpreter: (.*)\]/),
    soname: first(text, /Library soname: \[(.*)\]/),
    needed: all(text, /Shared library: \[(.*)\]/g),
    rpath: searchPath(first(text, /Library rpath: \[(.*)\]/)),
    runpath: searchPath(first(text, /Library runpath: \[(.*)\]/)),
    versionNeeds: versionNeeds(text),
    versionDefinitions: all(text, /Rev: 1 {2}Flags: (?!BASE).* Name: (\S+)/g),
    buildId: first(text, /Build ID: (\w+)/),
    abiTag: abiTag === null ? undefined : { os: abiTag[1] ?? '', version: abiTag[2] ?? '' },
    features: (first(text, /(?:x86|AArch64|RISC-V AND) feature: ([\w, ]+)$/m) ?? '')
      .split(', ')
      .filter(Boolean),
    execStack: /^ +GNU_STACK .* RWE /m.test(text),
  };
}

/** The dynamic symbols as readelf prints them: undefined ones as one text each, and how many are defined. */
export async function symbolsByReadelf(path: string): Promise<{ imports: string[]; exports: number }> {
  const text = await tool('readelf', ['--dyn-syms', '-W', path]);
  const line = /^ +(?!0:)\d+: \w+ +\w+ \w+ +(\w+) +\w+ +(?:\[.*\] +)?(\w+) (\S+)/gm;
  const symbols = Array.from(text.matchAll(line), ([, binding, section, name]) => ({
    binding,
    section,
    name,
  }));
  const imports = symbols.filter(({ section }) => section === 'UND');
  return {
    imports: imports.map(({ binding, name }) => `${binding === 'WEAK' ? 'weak ' : ''}${name ?? ''}`),
    exports: symbols.filter(({ section, binding }) => section !== 'UND' && binding !== 'LOCAL').length,
  };
}

/** The imports of a file in the same words. */
export function importTexts({ imports }: Pick<ElfFile, 'imports'>): string[] {
  return imports.map(
    ({ name, weak, version }) => `${weak ? 'weak ' : ''}${name}${version === undefined ? '' : `@${version}`}`,
  );
}

function versionNeeds(text: string): Record<string, string[]> {
  const needs: Record<string, string[]> = {};
  let versions: string[] = [];
  const [, section = ''] = text.split("Version needs section '.gnu.version_r'");
  for (const line of section.split('\n')) {
    const library = /File: (\S+) {2}Cnt/.exec(line)?.[1];
    if (library !== undefined) versions = needs[library] = [];
    const version = /0x\w+: +Name: (\S+) {2}Flags/.exec(line)?.[1];
    if (version !== undefined) versions.push(version);
  }
  return needs;
}

function searchPath(text: string | undefined): string[] {
  return text === undefined || text === '' ? [] : text.split(':');
}

function first(text: string, pattern: RegExp): string | undefined {
  return pattern.exec(text)?.[1];
}

function all(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, group]) => group ?? '');
}
