import { variantLabel, type Evidence, type VariantVerdict } from '@wheelwright/variant';
import type { FoundVariant } from '../identify/find-variant.js';
import type { Style } from '../terminal/style.js';
import { fields } from './fields.js';

/** The JSON fields of `variant`: a contract with other programs. `label` is the draft's, only where it's asked for. */
export function variantDocument(
  path: string,
  found: FoundVariant,
  options: { readonly label: boolean },
): object {
  const { variant, verdict, check, probed } = found;
  return {
    path,
    library: verdict.library,
    variant,
    confidence: verdict.confidence,
    features: verdict.features,
    cuda: verdict.cuda,
    gpuArchitectures: verdict.gpuArchitectures,
    evidence: verdict.evidence,
    contradictions: verdict.contradictions,
    ...(verdict.hint === undefined ? {} : { hint: verdict.hint }),
    ...(check === undefined ? {} : { requested: check }),
    ...(probed.length === 0 ? {} : { probes: probed.map(({ library, probe }) => ({ library, ...probe })) }),
    ...(options.label && variant !== null ? { label: variantLabel(variant) } : {}),
  };
}

/** The table that a person reads. */
export function describeVariant(
  path: string,
  found: FoundVariant,
  style: Style,
  options: { readonly label: boolean },
): string {
  const { variant, verdict } = found;
  const { cuda, features, gpuArchitectures } = verdict;
  const on = Object.entries(features).filter(([, enabled]) => enabled);
  const release =
    cuda === null
      ? 'none'
      : `${cuda.version ?? 'unknown'}${cuda.atLeast ? ' or later' : ''} (${cuda.source})`;
  return [
    `${style.bold(path)}: ${variant === null ? style.yellow('unknown') : style.green(variant)}`,
    fields([
      ['decided by', verdict.library === path ? undefined : verdict.library],
      ['confidence', verdict.confidence],
      [
        'label',
        options.label && variant !== null ? `${variantLabel(variant)} (PEP 825, a draft)` : undefined,
      ],
      ['cuda', release],
      ['gpu code', gpuArchitectures.join(' ')],
      ['features', on.map(([name]) => name).join(' ') || 'none'],
    ]),
    '',
    evidenceTable(found, path, style),
  ].join('\n');
}

/**
 * One line for each piece of evidence, in columns. Of several libraries the one that decided is shown, and those with
 * something to say; the others are counted.
 */
export function evidenceTable({ verdict }: FoundVariant, path: string, style: Style): string {
  const libraries = [...new Set(verdict.evidence.map(({ library }) => library))];
  const telling = libraries.filter((library) => library === verdict.library || tells(verdict, library));
  const shown = verdict.evidence.filter(({ library }) => telling.includes(library));
  const width = (pick: (piece: Evidence) => string) => Math.max(...shown.map((piece) => pick(piece).length));
  const [source, says] = [width((piece) => piece.source), width((piece) => piece.says)];
  const lines = telling.flatMap((library) => [
    ...(library === path && libraries.length === 1 ? [] : [`  ${style.dim(library)}`]),
    ...shown
      .filter((piece) => piece.library === library)
      .map((piece) => `  ${piece.source.padEnd(source)}  ${piece.says.padEnd(says)}  ${piece.detail}`),
  ]);
  const silent = libraries.length - telling.length;
  if (silent > 0)
    lines.push(style.dim(`  and ${silent} ${silent === 1 ? 'library' : 'libraries'} without any mark`));
  return lines.join('\n');
}

/** Whether a library has more to say than that it has no marks. */
function tells({ evidence }: VariantVerdict, library: string): boolean {
  return evidence.some((piece) => piece.library === library && !/^no /.test(piece.says));
}
