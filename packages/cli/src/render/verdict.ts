import type { Offence, Verdict } from '@wheelwright/audit';
import type { Style } from '../terminal/style.js';
import { elfDocument } from './elf-document.js';
import { fields } from './fields.js';

/** Symbols that a line of the report names. */
const NAMED_SYMBOLS = 3;

/** The JSON fields of `audit` for one path: a contract with other programs. */
export function verdictDocument(path: string, { files, ...verdict }: Verdict): object {
  return { path, ...verdict, files: files.map((file) => elfDocument(file.path, file.elf, null)) };
}

/** The verdict first, in one line; then the reasons, each with what to do; then what to mend first. */
export function describeVerdict(path: string, verdict: Verdict, style: Style): string {
  const lines = [headline(path, verdict, style)];
  if (verdict.platform !== verdict.platformBySymbols) {
    lines.push(`  its symbols alone would allow ${verdict.platformBySymbols}`);
  }
  for (const [, group] of groupBy(verdict.offences, ({ policy }) => policy)) {
    const claimed = verdict.claimed.includes(group[0].policy);
    lines.push(
      '',
      claimed ? `claims ${style.bold(group[0].policy)}, but` : `for ${style.bold(group[0].policy)} it lacks`,
    );
    for (const [, same] of groupBy(group, offenceKey)) lines.push(describeOffences(same, style));
  }
  const [first] = verdict.fixes;
  if (first !== undefined) lines.push('', `fix first: ${first.remedy} ${style.dim(`-> ${first.then}`)}`);
  return lines.join('\n');
}

function headline(path: string, { pure, claimed, conforms, platform }: Verdict, style: Style): string {
  const is = pure ? 'no native code, it installs anywhere' : platform;
  if (claimed.length === 0) return `${style.bold(path)}: ${is}`;
  const mark = conforms ? style.green('holds') : style.red('does not hold');
  return `${style.bold(path)}: ${is}; its claim ${claimed.join(', ')} ${mark}`;
}

/** The same reason in several files is told once. */
function offenceKey({ kind, library, version }: Offence): string {
  return `${kind} ${library ?? ''} ${version ?? ''}`;
}

function describeOffences(same: readonly [Offence, ...Offence[]], style: Style): string {
  const [first] = same;
  const files = same
    .map(({ file, chain }) => (chain.length > 1 ? chain.join(' -> ') : file))
    .filter((file) => file !== null);
  const symbols = [...new Set(same.flatMap((offence) => offence.symbols))];
  const rest = symbols.length - NAMED_SYMBOLS;
  const named = symbols.slice(0, NAMED_SYMBOLS).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
  return [
    `  ${style.red('✗')} ${title(first)}`,
    fields([
      ['  needed by', files.join('\n')],
      ['  through', named],
      ['  allowed', first.allowedFrom === null ? undefined : `from ${first.allowedFrom} on`],
      ['  remedy', first.remedy],
    ]),
  ].join('\n');
}

function title({ kind, library, version, policy }: Offence): string {
  switch (kind) {
    case 'library':
    case 'libpython':
      return `${library ?? ''} is needed and brought by nobody`;
    case 'symbol-version':
      return `${version ?? ''} of ${library ?? ''} is too new`;
    case 'symbol':
      return library === null
        ? 'symbols of an unusual Python build'
        : `symbols of ${library} that not every system has`;
    case 'isa':
      return `the file says that it needs ${version ?? ''}`;
    case 'architecture':
      return 'a file of another architecture';
    case 'libc':
      return 'a file for another C library';
    case 'tag':
      return `${policy} can't be claimed`;
  }
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, [T, ...T[]]> {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
