import { originOf, type Offence, type Verdict } from '@wheelwright/audit';
import { byNumber } from './by-number.js';
import type { Cell } from './table.js';

/** Several offences of one cause, as one row of the report. */
export interface Reason {
  /** What the policy doesn't have: `libgomp.so.1`, `GLIBC_2.28`. */
  readonly what: string;
  /** What is the matter with it, in a few words. */
  readonly why: string;
  readonly offences: readonly [Offence, ...Offence[]];
}

/** Files and symbols that a row names; `--all` names all. */
const NAMED_FILES = 3;
const NAMED_SYMBOLS = 4;
/** C++ names can fill a page. */
const LONGEST_SYMBOL = 32;
/** Steps of symbol versions that are told: the newest decides the tag. */
const NAMED_STEPS = 4;

/** Kinds of which each offence is told by a sentence: what is wrong differs from one to the next. */
const TOLD_BY_SENTENCE: ReadonlySet<Offence['kind']> = new Set(['tag', 'python', 'executable-stack']);

/** The offences that are told by a sentence each. */
export function sentences(offences: readonly Offence[]): Offence[] {
  return offences.filter(({ kind }) => TOLD_BY_SENTENCE.has(kind));
}

/**
 * The others as rows: libraries first, then symbol versions, the newest first and those of one policy together; how
 * many versions were left out because newer ones outweigh them.
 */
export function reasons(
  offences: readonly Offence[],
  verdict: Verdict,
  all: boolean,
): { readonly rows: readonly Reason[]; readonly leftOut: number } {
  const tabular = offences.filter(({ kind }) => !TOLD_BY_SENTENCE.has(kind));
  const versions = tabular.filter(({ kind }) => kind === 'symbol-version');
  const others = tabular.filter(({ kind }) => kind !== 'symbol-version');
  const steps = [...groupBy(versions, all ? versionKey : ({ allowedFrom }) => allowedFrom ?? '').values()]
    .map((same): Reason => versionStep(same))
    .toSorted((a, b) => compareTags(b.offences[0].allowedFrom, a.offences[0].allowedFrom));
  const shown = all ? steps : steps.slice(0, NAMED_STEPS);
  const leftOut = steps.slice(shown.length).flatMap((step) => [...groupBy(step.offences, versionKey).keys()]);
  const rows = [
    ...groupBy(others, ({ kind, library, version }) => `${kind} ${library ?? ''} ${version ?? ''}`).values(),
  ];
  return {
    rows: [...rows.map((same): Reason => ({ ...title(same[0], verdict), offences: same })), ...shown],
    leftOut: leftOut.length,
  };
}

/** A row's cells: what, which files need it and how they come to be loaded, through which symbols. */
export function reasonCells({ what, why, offences }: Reason, all: boolean): Cell[] {
  const ways = [
    ...new Set(offences.map(({ file, chain }) => (chain.length > 1 ? chain.join(' -> ') : (file ?? '')))),
  ];
  const symbols = [...new Set(offences.flatMap((offence) => offence.symbols))].map((name) =>
    all || name.length <= LONGEST_SYMBOL ? name : `${name.slice(0, LONGEST_SYMBOL - 1)}…`,
  );
  return [
    { text: why === '' ? what : `${what}\n${why}` },
    { text: few(ways, all ? Infinity : NAMED_FILES, '\n', 'files') },
    { text: few(symbols, all ? Infinity : NAMED_SYMBOLS, ', ', '') },
  ];
}

function few(words: readonly string[], most: number, between: string, what: string): string {
  const rest = words.length - most;
  if (rest <= 0) return words.join(between);
  const more = `and ${rest} more ${rest === 1 ? what.replace(/s$/, '') : what}`.trim();
  return `${words.slice(0, most).join(between)}${between === '\n' ? '\n' : ' '}${more}`;
}

function versionKey({ library, version }: Offence): string {
  return `${library ?? ''} ${version ?? ''}`;
}

/** Versions that one policy brings: the newest of each prefix is named. */
function versionStep(same: readonly [Offence, ...Offence[]]): Reason {
  const names = new Map<string, string>();
  for (const { version } of same) {
    const [prefix = ''] = (version ?? '').split('_');
    const known = names.get(prefix);
    if (known === undefined || byNumber(version ?? '', known) > 0) names.set(prefix, version ?? '');
  }
  // GLIBC is what people know a system by.
  const newest = [...names.values()].sort(
    (a, b) => Number(b.startsWith('GLIBC_')) - Number(a.startsWith('GLIBC_')),
  );
  // The symbols of the versions that are named come first.
  const offences = same.toSorted((a, b) => rank(a, newest) - rank(b, newest)) as [Offence, ...Offence[]];
  const [{ allowedFrom }] = same;
  return {
    what: newest.join('\n'),
    why: allowedFrom === null ? 'no policy has it' : `from ${withoutArchitecture(allowedFrom)}`,
    offences,
  };
}

function rank({ version }: Offence, newest: readonly string[]): number {
  const at = newest.indexOf(version ?? '');
  return at === -1 ? newest.length : at;
}

/** `manylinux_2_17` of `manylinux_2_17_x86_64`: all tags of one report are of one architecture. */
function withoutArchitecture(tag: string): string {
  return /^[a-z]+linux_\d+_\d+/.exec(tag)?.[0] ?? tag;
}

function title(offence: Offence, { files }: Verdict): { what: string; why: string } {
  const { kind, library, version, allowedFrom, file } = offence;
  const from = allowedFrom === null ? '' : `\nfrom ${withoutArchitecture(allowedFrom)}`;
  switch (kind) {
    case 'library':
      return { what: library ?? '', why: `${whereIs(offence, files)}${from}` };
    case 'libpython':
      return { what: library ?? '', why: "the interpreter's own" };
    case 'symbol':
      return {
        what: library ?? 'fpectl',
        why: library === null ? 'unusual Python build' : `not on every system${from}`,
      };
    case 'isa':
      return { what: version ?? '', why: 'beyond the baseline' };
    case 'architecture': {
      const machine = files.find(({ path }) => path === file)?.elf.machine ?? '';
      return { what: machine, why: 'another architecture' };
    }
    case 'libc':
      return { what: 'another C library', why: '' };
    case 'symbol-version':
    case 'tag':
    case 'python':
    case 'executable-stack':
      return { what: version ?? kind, why: '' };
  }
}

function whereIs({ library, remedy }: Offence, files: Verdict['files']): string {
  if (files.some(({ path }) => path.split('/').at(-1) === library)) return 'in the wheel, not found';
  if (remedy.startsWith('drop the link')) return 'linked, but not used';
  if (remedy.includes('--replace-needed')) return 'musl by another name';
  const origin = originOf(library ?? '');
  return origin?.kind === 'driver' ? `comes with ${origin.of}` : 'brought by nobody';
}

/** Older tags first; none is newer than all. */
function compareTags(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  return b === null ? -1 : byNumber(a, b);
}

/** Items apart by a key, in the order of their first. */
export function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, [T, ...T[]]> {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
