import { resolve } from 'node:path';
import type { LoadTree } from '@wheelwright/audit';
import { ElfError, inspectElf, openFile, readSectionTable, type ElfFile } from '@wheelwright/elf';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { elfDocument } from '../render/elf-document.js';
import { fields } from '../render/fields.js';
import { documentOf } from '../render/results.js';
import type { Host } from '../run.js';

/** `inspect FILE...`: what each file says, and with `--tree` what this machine would load for it. */
export function inspect(paths: readonly string[], { tree }: Record<string, unknown>): Command {
  return async ({ options, host, style }) => {
    const results: { path: string; inspected: Inspected; tree?: LoadTree }[] = [];
    for (const path of paths) {
      const file = resolve(options.cwd, path);
      const inspected = await inspectFile(file, path);
      results.push({ path, inspected, ...(tree === true ? { tree: await loadTree(file, host) } : {}) });
    }
    const describeTree = tree === true ? (await import('../render/tree.js')).describeTree : () => '';
    return {
      exitCode: EXIT.done,
      document: documentOf(
        'wheelwright/inspect@1',
        results.map((result) => ({
          ...elfDocument(result.path, result.inspected.file, result.inspected.stripped),
          ...(result.tree === undefined ? {} : { tree: result.tree }),
        })),
      ),
      text: results
        .map((result) =>
          [
            style.bold(result.path),
            describe(result.inspected),
            result.tree === undefined ? '' : describeTree(result.tree, style),
          ]
            .filter((part) => part !== '')
            .join('\n'),
        )
        .join('\n\n'),
    };
  };
}

async function loadTree(path: string, host: Host): Promise<LoadTree> {
  return (await import('./inspect-tree.js')).treeOf(path, host);
}

interface Inspected {
  readonly file: ElfFile;
  readonly stripped: boolean;
}

/** @throws ElfError that names the file as it was given */
async function inspectFile(path: string, name: string): Promise<Inspected> {
  const source = await openFile(path);
  try {
    const file = await inspectElf(source);
    return { file, stripped: (await readSectionTable(source)).stripped };
  } catch (error) {
    throw error instanceof ElfError ? error.in(name) : error;
  } finally {
    await source.close();
  }
}

function describe({ file, stripped }: Inspected): string {
  const needs = Object.entries(file.versionNeeds).map(
    ([library, versions]) => `${library}: ${versions.join(' ')}`,
  );
  return fields([
    ['machine', `${file.machine}, ${file.class} bit, ${file.endian} endian, ${file.type}, ${file.osabi}`],
    ['soname', file.soname],
    ['interpreter', file.interpreter],
    ['needed', file.needed.join('\n')],
    ['rpath', file.rpath.join(':')],
    ['runpath', file.runpath.join(':')],
    ['version needs', needs.join('\n')],
    ['version definitions', file.versionDefinitions.join(' ')],
    ['symbols', `${file.imports.length} imported, ${file.exports} exported`],
    ['python init', file.pythonInit.join(' ')],
    ['flags', file.dynamicFlags.join(' ')],
    ['isa', file.isa],
    ['features', file.features.join(' ')],
    ['kernel', file.abiTag === undefined ? undefined : `${file.abiTag.os} ${file.abiTag.version} or newer`],
    ['build id', file.buildId],
    [
      'notes',
      [stripped ? 'stripped' : '', file.execStack ? 'asks for an executable stack' : '']
        .filter(Boolean)
        .join(', '),
    ],
  ]);
}
