import { resolve } from 'node:path';
import { inspectElf, openFile, readSectionTable, type ElfFile } from '@wheelwright/elf';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { elfDocument } from '../render/elf-document.js';
import { fields } from '../render/fields.js';
import { documentOf } from '../render/results.js';

/** `inspect FILE...`: what each file says. */
export function inspect(paths: readonly string[]): Command {
  return async ({ options, style }) => {
    const results = [];
    for (const path of paths) {
      results.push({ path, ...(await inspectFile(resolve(options.cwd, path))) });
    }
    return {
      exitCode: EXIT.done,
      document: documentOf(
        'wheelwright/inspect@1',
        results.map(({ path, file, stripped }) => elfDocument(path, file, stripped)),
      ),
      text: results
        .map(({ path, ...inspected }) => `${style.bold(path)}\n${describe(inspected)}`)
        .join('\n\n'),
    };
  };
}

interface Inspected {
  readonly file: ElfFile;
  readonly stripped: boolean;
}

async function inspectFile(path: string): Promise<Inspected> {
  const source = await openFile(path);
  try {
    const file = await inspectElf(source);
    return { file, stripped: (await readSectionTable(source)).stripped };
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
