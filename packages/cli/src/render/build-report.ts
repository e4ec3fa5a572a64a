import { relative } from 'node:path';
import type { Verdict } from '@wheelwright/audit';
import type { Style } from '../terminal/style.js';
import { decidingSymbol } from '../build/deciding-symbol.js';
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
  if (verdict.offences.length > 0) lines.push('', describeVerdict('the wheel', verdict, { style }));
  return lines.join('\n');
}

function shownPath(path: string, folder: string): string {
  const shown = relative(folder, path);
  return shown.startsWith('..') ? path : shown;
}

/** Why the files meet the tag that they meet: the symbol that decides, and what else was looked at. */
function tagReason(verdict: Verdict): string {
  const { files, platform, platformBySymbols, offences } = verdict;
  if (files.length === 0) return 'there is no native code in it';
  const symbols = symbolReason(verdict);
  if (platform === platformBySymbols) {
    return `${symbols}: that is ${platform}; all libraries are the system's or its own`;
  }
  const missing = offences.filter(({ kind }) => kind === 'library').map(({ library }) => library);
  const named = [...new Set(missing)].join(' and ');
  const because = named === '' ? 'the reasons are below' : `it needs ${named}, brought by nobody`;
  return `${because}; its symbols alone would allow ${platformBySymbols}: ${symbols}`;
}

/** `the newest symbol is f@GLIBC_2.17 of libc.so.6, in lib.so`. */
function symbolReason(verdict: Verdict): string {
  const deciding = decidingSymbol(verdict);
  if (deciding === undefined) return 'no symbol asks for more than the oldest policy has';
  const { symbols, version, library, file } = deciding;
  return `the newest symbol is ${symbols[0] ?? ''}@${version ?? ''} of ${library ?? ''}, in ${file ?? ''}`;
}
