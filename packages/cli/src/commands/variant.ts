import { resolve } from 'node:path';
import type { Command } from '../command.js';
import { EXIT } from '../exit-code.js';
import { findVariant, type VariantFlags } from '../identify/find-variant.js';
import { readSubject } from '../identify/subject.js';
import { describeVariant, variantDocument } from '../render/variant-document.js';
import { documentOf } from '../render/results.js';

/** What the command line takes, as program.ts declares it. */
interface VariantOptions extends VariantFlags {
  readonly experimentalVariantLabel: boolean;
}

/** `variant LIBRARY`: which variant a library, a wheel's or an artifact's libraries are; exit 1 on a mismatch. */
export function variant(args: readonly string[], options: Record<string, unknown>): Command {
  const flags = options as unknown as VariantOptions;
  return async (context) => {
    const [given = '.'] = args;
    const { reporter, style, signal } = context;
    reporter.step(`reading ${given}`);
    const subject = await readSubject(resolve(context.options.cwd, given), given, signal);
    const found = await findVariant(subject, flags, context);
    for (const warning of found.warnings) reporter.warn(warning);
    const label = { label: flags.experimentalVariantLabel };
    const result = {
      document: documentOf('wheelwright/variant@1', [variantDocument(given, found, label)]),
      text: describeVariant(given, found, style, label),
    };
    if (found.check?.result === 'mismatch') return { ...result, exitCode: EXIT.refused };
    if (found.variant !== null) return { ...result, exitCode: EXIT.done };
    reporter.failure(unknownVariant(given, found.verdict.hint));
    return { ...result, exitCode: EXIT.badInput };
  };
}

/** CUDA without a release is an error of whoever asks: nobody else can know. */
export function unknownVariant(path: string, hint: string | undefined) {
  const message = `${path} uses CUDA, and nothing tells which version`;
  return { exitCode: EXIT.badInput, code: 'unknown-variant', message, hint };
}
