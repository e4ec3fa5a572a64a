import { relative } from 'node:path';
import type { Verdict } from '@wheelwright/audit';
import type { Style } from '../terminal/style.js';
import { describeVerdict } from './verdict.js';
import { fields } from './fields.js';
import { formatSize } from './size.js';

/** The JSON fields of `build-wheel`: a contract with other programs. */
export interface BuildReport {
  readonly wheel: string;
  readonly distribution: string;
  readonly version: string;
  readonly tag: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  /** What the audit of the written wheel found: the most widely installable tag that it meets. */
  readonly platform: string;
  readonly variant: string;
  readonly artifact: string | null;
  readonly seconds: { readonly compile: number; readonly pack: number; readonly audit: number };
}

/** What a person wants to know beside the fields. */
export interface BuildBackground {
  readonly verdict: Verdict;
  readonly variantReason: string;
  readonly tested: boolean;
  /** The folder that the wheel's path is shown relative to, where it lies in it. */
  readonly cwd: string;
}

/** The wheel, its tag and why, its variant and why, and where the artifact lies. */
export function describeBuild(report: BuildReport, background: BuildBackground, style: Style): string {
  const { verdict, variantReason, tested, cwd } = background;
  const mark = verdict.conforms ? style.green('✔') : style.red('✗');
  const lines = [
    `${mark} ${style.bold(shownPath(report.wheel, cwd))}`,
    fields([
      ['tag', report.tag],
      ['why', tagReason(verdict)],
      ['variant', `${report.variant} (${variantReason})`],
      ['artifact', report.artifact ?? 'not kept'],
      ['size', `${formatSize(report.size)}, sha256 ${report.sha256}`],
      ['tested', tested ? 'installed into a clean environment and imported' : undefined],
    ]),
  ];
  if (verdict.offences.length > 0) lines.push('', describeVerdict('the wheel', verdict, style));
  return lines.join('\n');
}

function shownPath(path: string, folder: string): string {
  const shown = relative(folder, path);
  return shown.startsWith('..') ? path : shown;
}

/** Why the files meet the tag that they meet: the symbols that decide, and what else was looked at. */
function tagReason(verdict: Verdict): string {
  const { files, platform, platformBySymbols } = verdict;
  if (files.length === 0) return 'there is no native code in it';
  const newest = newestVersion(verdict);
  const needs =
    newest === undefined
      ? 'its files need no versioned symbol'
      : `the newest symbol that it needs is ${newest}`;
  if (platform === platformBySymbols) {
    return `${needs}; all libraries are the system's or its own; by its files it is ${platform}`;
  }
  const missing = [
    ...new Set(verdict.offences.filter(({ kind }) => kind === 'library').map(({ library }) => library)),
  ];
  const because =
    missing.length === 0
      ? 'the reasons are below'
      : `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} needed and not there`;
  return `${because}; ${needs}, which alone would allow ${platformBySymbols}`;
}

/** The newest version of the C library that any file needs, with a symbol and the file. */
function newestVersion({ files }: Verdict): string | undefined {
  const needs = files.flatMap(({ path, elf }) =>
    elf.imports.flatMap(({ name, version }) =>
      version?.startsWith('GLIBC_') === true ? [{ path, name, version }] : [],
    ),
  );
  // Numeric collation compares 2.17 and 2.5 as people do.
  const collator = new Intl.Collator('en', { numeric: true });
  const [first] = needs.sort((a, b) => collator.compare(b.version, a.version));
  return first === undefined ? undefined : `${first.name}@${first.version} in ${first.path}`;
}
