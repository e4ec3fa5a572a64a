import type { Offence, Verdict } from '@wheelwright/audit';
import type { Style } from '../terminal/style.js';
import { byNumber } from './by-number.js';
import { elfDocument } from './elf-document.js';
import { groupBy, reasonCells, reasons, sentences } from './reasons.js';
import { table, wrap } from './table.js';

/** How a verdict is shown. */
export interface VerdictLayout {
  readonly style: Style;
  /** Columns of the terminal; 100 where there is none. */
  readonly width?: number;
  /** Name everything, not only the first few. */
  readonly all?: boolean;
  /** The policy that was asked for instead of what is claimed. */
  readonly policy?: string;
}

/** The JSON fields of `audit` for one path: a contract with other programs. */
export function verdictDocument(path: string, { files, ...verdict }: Verdict): object {
  return { path, ...verdict, files: files.map((file) => elfDocument(file.path, file.elf, null)) };
}

/** The verdict first, in one line; then the reasons, claim by claim; then what to do, in its order. */
export function describeVerdict(path: string, verdict: Verdict, layout: VerdictLayout): string {
  return [
    headline(path, verdict, layout),
    ...own(verdict, layout),
    ...sections(verdict, layout),
    ...todo(verdict, layout),
  ].join('\n');
}

function headline(path: string, verdict: Verdict, { style, policy }: VerdictLayout): string {
  const { pure, claimed, conforms, platform, offences, files } = verdict;
  const name = style.bold(path);
  const is = pure ? 'any: there is no native code in it' : platform;
  const asked = policy === undefined ? claimed : [policy];
  if (asked.length === 0) return `${name} is ${is}`;
  if (!pure && files.length === 0 && conforms) {
    return `${style.yellow('!')} ${name} claims ${asked.join(', ')}: what other systems' wheels hold is not judged`;
  }
  const claims = policy === undefined ? ' as it claims' : '';
  if (conforms) {
    const keeps = pure
      ? ''
      : `, and ${claims === '' ? 'meets' : 'keeps what it claims:'} ${asked.join(', ')}`;
    return `${style.green('✔')} ${name} is ${is}${keeps}`;
  }
  // That file name and WHEEL differ speaks against neither of them.
  const against = offences.filter(
    (offence) => isAsked(offence, verdict, policy) && (offence.kind !== 'tag' || !isDisagreement(offence)),
  );
  const broken = [...new Set(against.map((offence) => offence.policy))];
  return `${style.red('✗')} ${name} is ${is}, not ${broken.join(' or ')}${claims}`;
}

function isDisagreement({ file, policy }: Offence): boolean {
  return file !== null && policy !== 'any';
}

/** Whether an offence speaks against what was claimed or asked for, not against a tag that could be had. */
function isAsked({ kind, policy }: Offence, { claimed }: Verdict, asked: string | undefined): boolean {
  return kind === 'python' || (asked === undefined ? claimed.includes(policy) : policy === asked);
}

/** What the files would be worth by themselves, where libraries stand between that and the tag. */
function own(
  { platform, platformBySymbols, files, offences }: Verdict,
  { width = WIDTH }: VerdictLayout,
): string[] {
  if (platform === platformBySymbols) return [];
  const newest = newestGlibc(files);
  const keep = newest === undefined ? '' : `its own files need no glibc newer than ${newest}: `;
  const lacks = offences.some(({ kind }) => kind === 'library');
  const by = lacks ? 'with what is missing brought along' : 'by its symbol versions alone';
  const text = `${keep}${by} it would be ${platformBySymbols}`;
  return paragraph(text, 2, width);
}

function newestGlibc(files: Verdict['files']): string | undefined {
  const versions = files
    .flatMap(({ elf }) => Object.values(elf.versionNeeds).flat())
    .flatMap((version) => /^GLIBC_(\d+\.\d+)/.exec(version)?.[1] ?? []);
  return versions.toSorted(byNumber).at(-1);
}

/** One section for each claim that doesn't hold; claims that break for the same reasons share one. */
function sections(verdict: Verdict, layout: VerdictLayout): string[] {
  const { style, width = WIDTH, all = false } = layout;
  const byPolicy = groupBy(verdict.offences, ({ policy }) => policy);
  const alike = groupBy([...byPolicy], ([, offences]) =>
    JSON.stringify(
      offences.map(({ kind, file, library, version, remedy }) => [
        kind,
        file,
        library,
        version,
        kind === 'tag' || kind === 'python' ? remedy : '',
      ]),
    ),
  );
  return [...alike.values()].flatMap((same) => {
    const [[, offences]] = same;
    const policies = same.map(([policy]) => policy);
    const { rows, leftOut } = reasons(offences, verdict, all);
    const head = ['what', 'needed by', 'through'].map((text) => ({ text, paint: style.dim }));
    const cells = rows.map((row) => reasonCells(row, all));
    return [
      ...(rows.length === 0
        ? []
        : ['', heading(policies, isAsked(offences[0], verdict, layout.policy), style)]),
      ...(rows.length === 0 ? [] : table([head, ...cells], { width, indent: 2 })),
      ...(leftOut === 0 ? [] : [style.dim(`  and ${leftOut} older symbol versions: --all names them`)]),
      ...tellSentences(offences, layout),
    ];
  });
}

/** A claim that is broken, or the tag that files without a claim are measured by. */
function heading(policies: readonly string[], isBroken: boolean, style: Style): string {
  const names = style.bold(policies.join(', '));
  if (!isBroken) return `what ${names} would take:`;
  return `${style.red('✗')} ${names} ${policies.length === 1 ? 'does' : 'do'} not hold:`;
}

/** Sentences of one claim that are told; the others are counted. */
const TOLD_SENTENCES = 4;

/** What is told by a sentence: a broken claim, or a disagreement that breaks none. */
function tellSentences(
  offences: readonly Offence[],
  { style, width = WIDTH, all = false }: VerdictLayout,
): string[] {
  const told = sentences(offences);
  const [first] = told;
  if (first === undefined) return [];
  const shown = all ? told : told.slice(0, TOLD_SENTENCES);
  const mark = told.every((offence) => offence.kind === 'tag' && isDisagreement(offence))
    ? style.yellow('!')
    : style.red('✗');
  const rest = told.length - shown.length;
  return [
    '',
    `${mark} ${style.bold(first.policy)}`,
    ...shown.flatMap((offence) => paragraph(tellSentence(offence, all), 2, width)),
    ...(rest === 0 ? [] : [style.dim(`  and ${rest} more of this kind: --all names them`)]),
  ];
}

function tellSentence({ file, symbols, remedy }: Offence, all: boolean): string {
  const named = all ? symbols : symbols.slice(0, TOLD_SENTENCES);
  const rest = symbols.length - named.length;
  const through = named.length === 0 ? '' : ` (${named.join(', ')}${rest === 0 ? '' : ` and ${rest} more`})`;
  return `${file === null ? '' : `${file}${through}: `}${remedy}`;
}

/** The fixes in their order, each with the tag that it leads to; and the way out that needs none. */
function todo(verdict: Verdict, { style, width = WIDTH }: VerdictLayout): string[] {
  const { fixes, conforms, claimed, platform, suggestedTag, kind } = verdict;
  const lines = fixes.flatMap(({ remedy, then }, at) => {
    const acts = remedy.split('; and ');
    return acts.flatMap((act, nth) => {
      const mark = nth === 0 ? `${at + 1}. ` : '   ';
      const end = nth === acts.length - 1 ? ` → ${then}` : ', and';
      return paragraph(`${act}${end}`, 2 + mark.length, width).map((line, index) =>
        index === 0 ? `  ${mark}${line.trimStart()}` : line,
      );
    });
  });
  const breaksPolicy = !conforms && claimed.some((tag) => !tag.startsWith('linux'));
  if (breaksPolicy && !platform.startsWith('linux')) {
    const or = lines.length === 0 ? '' : 'or ';
    lines.push(...paragraph(`${or}claim ${platform}, which it meets as it is (wheelwright retag)`, 2, width));
  }
  if (kind === 'folder' && claimed.length === 0 && suggestedTag !== null)
    lines.push(`  as a wheel it could be tagged ${suggestedTag}`);
  return lines.length === 0 ? [] : ['', style.bold('what to do'), ...lines];
}

function paragraph(text: string, indent: number, width: number): string[] {
  return wrap(text, Math.max(width - indent, 20)).map((line) => `${' '.repeat(indent)}${line}`);
}

/** Where nobody says how wide the terminal is. */
const WIDTH = 100;
