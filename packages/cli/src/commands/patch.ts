import { relative, resolve } from 'node:path';
import { patchFile, type ElfChanges, type PatchPlan } from '@wheelwright/elf/patch';
import type { Command } from '../command.js';
import { CliError } from '../error.js';
import { EXIT } from '../exit-code.js';
import { fields } from '../render/fields.js';
import type { Style } from '../terminal/style.js';

/** `patch FILE`: other names and search paths in an ELF file. */
export function patch(args: readonly string[], options: Record<string, unknown>): Command {
  const [file = ''] = args;
  const dryRun = options['dryRun'] === true;
  return async ({ options: { cwd }, reporter, style, signal }) => {
    const changes = elfChanges(options);
    if (Object.keys(changes).length === 0) {
      throw new CliError('usage', 'patch needs something to change', {
        hint: 'give --soname, --rename-needed, --add-needed, --remove-needed, --runpath, --rpath or --clear-exec-stack',
      });
    }
    reporter.step(`patching ${file}`);
    const input = resolve(cwd, file);
    const output = typeof options['out'] === 'string' ? resolve(cwd, options['out']) : input;
    const plan = await patchFile(input, output, changes, { dryRun, signal });
    return {
      exitCode: EXIT.done,
      document: { schema: 'wheelwright/patch@1', path: file, output, dryRun, ...planDocument(plan) },
      text: describePlan(plan, { file, output: relative(cwd, output), dryRun }, style),
    };
  };
}

/** The options as changes. */
export function elfChanges(options: Record<string, unknown>): ElfChanges {
  const text = (key: string): string | undefined => {
    const value = options[key];
    return typeof value === 'string' ? value : undefined;
  };
  const list = (key: string): readonly string[] | undefined => {
    const value = options[key];
    return Array.isArray(value) ? value.map(String) : undefined;
  };
  const folders = (key: string): readonly string[] | null | undefined => {
    const value = text(key);
    return value === '' ? null : value?.split(':');
  };
  const changes = {
    soname: text('soname'),
    renameNeeded: renames(list('renameNeeded')),
    addNeeded: list('addNeeded'),
    removeNeeded: list('removeNeeded'),
    runpath: folders('runpath'),
    rpath: folders('rpath'),
    clearExecStack: options['clearExecStack'] === true ? true : undefined,
  };
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

function renames(pairs: readonly string[] | undefined): Record<string, string> | undefined {
  if (pairs === undefined) return undefined;
  return Object.fromEntries(
    pairs.map((pair) => {
      const match = /^([^=]+)=(.+)$/.exec(pair);
      if (match === null) {
        throw new CliError('usage', `--rename-needed ${pair}: the new name is missing`, {
          hint: 'write OLD=NEW, such as libz.so.1=libz-0123abcd.so.1',
        });
      }
      return [match[1] ?? '', match[2] ?? ''];
    }),
  );
}

function planDocument({ says, keep, edits, segment, size }: PatchPlan): object {
  return {
    changes: says,
    size,
    kept: keep,
    edits: edits.map(({ offset, bytes, what }) => ({ offset, size: bytes.length, what })),
    segment:
      segment === undefined
        ? null
        : {
            offset: segment.offset,
            address: segment.address,
            size: segment.size,
            align: segment.align,
            pieces: segment.pieces.map(({ offset, size: length, what }) => ({ offset, size: length, what })),
          },
  };
}

function describePlan(
  plan: PatchPlan,
  { file, output, dryRun }: { readonly file: string; readonly output: string; readonly dryRun: boolean },
  style: Style,
): string {
  if (plan.says.length === 0) return `${style.bold(file)} says all of this already`;
  const { segment } = plan;
  const hex = (value: number): string => `0x${value.toString(16)}`;
  const rows: [string, string | undefined][] = [
    ['changes', plan.says.join('\n')],
    [
      'in place',
      plan.edits.map(({ offset, bytes, what }) => `${hex(offset)}+${bytes.length} ${what}`).join('\n'),
    ],
    [
      'new segment',
      segment &&
        [
          `${hex(segment.offset)}+${segment.size}, loaded at ${hex(segment.address)}`,
          ...segment.pieces.map(({ offset, size, what }) => `${hex(offset)}+${size} ${what}`),
        ].join('\n'),
    ],
  ];
  const title = dryRun
    ? `${style.bold(file)} would be patched:`
    : `${style.green('✔')} ${style.bold(output)}`;
  return `${title}\n${fields(dryRun ? rows : rows.slice(0, 1))}`;
}
