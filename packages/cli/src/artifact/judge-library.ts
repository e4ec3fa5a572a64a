import { resolve } from 'node:path';
import { judgeLinking } from '@wheelwright/artifact';
import type { CommandContext } from '../command.js';
import { CliError } from '../error.js';
import { findVariant } from '../identify/find-variant.js';
import { identifyHere } from '../identify/identify-here.js';
import { libraryOrigin } from '../identify/library-origin.js';
import { readLibrary } from '../identify/subject.js';
import { linkingOf, type ArtifactFlags } from './flags.js';

/** What a push knows of its variant. */
export interface PushVariant {
  /** The word that was said, or else what the library is. */
  readonly variant: Promise<string>;
  /** That the library is this variant, and the commit that of the tree, as far as they tell. */
  readonly confirmation: Promise<unknown>;
}

/**
 * Asks a library for its variant, as `identify` does. Where the variant was said, it isn't waited for: the library's
 * bytes may travel while it is read.
 *
 * @param brought - the names of the libraries that go along with it
 * @throws {@link CliError} (by its promises) `refused` where the library contradicts what was said, `usage` where
 * nothing tells the variant; ElfError for a damaged library
 */
export function judgeLibrary(
  path: string,
  brought: readonly string[],
  flags: ArtifactFlags,
  context: CommandContext,
): PushVariant {
  const requested = flags.variant?.toLowerCase();
  const judged = askLibrary(
    path,
    brought,
    { ...flags, ...(requested === undefined ? {} : { variant: requested }) },
    context,
  );
  const confirmation = Promise.all([judged, checkTree(flags, context)]);
  // They are asked for later; until then a rejection isn't unhandled.
  for (const promise of [judged, confirmation]) promise.catch(() => undefined);
  return { variant: requested === undefined ? judged : Promise.resolve(requested), confirmation };
}

async function askLibrary(
  path: string,
  brought: readonly string[],
  flags: ArtifactFlags,
  context: CommandContext,
): Promise<string> {
  const { variant: requested } = flags;
  const { options, reporter, signal } = context;
  signal.throwIfAborted();
  const subject = await readLibrary(resolve(options.cwd, path), path, false);
  if (subject === undefined) {
    if (requested !== undefined) return requested;
    throw new CliError('usage', `artifact: ${path} is no ELF library, which could tell its variant`, {
      hint: 'pass --variant, such as --variant cpu',
    });
  }
  const how = { probe: 'elf', probeTimeout: 0, nvcc: true } as const;
  const found = await findVariant(
    subject,
    requested === undefined ? how : { ...how, variant: requested },
    context,
  );
  if (found.check?.result === 'mismatch') {
    throw new CliError('refused', `the variant is not what was asked for: ${found.check.message}`, {
      hint: 'ask for what the library is, or mend what it was built with',
    });
  }
  if (found.variant === null) {
    throw new CliError('usage', `${path} uses CUDA, and nothing tells which version`, {
      hint: found.verdict.hint ?? 'pass --variant, such as --variant cu118',
    });
  }
  const { contradiction } = judgeLinking({
    said: linkingOf(flags),
    files: subject.files.map(({ name, elf }) => ({ name, needed: elf.needed })),
    brought: new Set(brought),
    originOf: libraryOrigin(subject.files[0]?.elf.architecture),
  });
  for (const warning of [...found.warnings, ...(contradiction === undefined ? [] : [contradiction])])
    reporter.warn(warning);
  return found.variant;
}

/** Says what the tree here is, where its commit was named by a flag. */
async function checkTree(flags: ArtifactFlags, context: CommandContext): Promise<void> {
  if (flags.gitSha === undefined) return;
  const { options, reporter } = context;
  const { notes } = await identifyHere(options.cwd, { commit: flags.gitSha, os: flags.os }, context);
  for (const note of notes) reporter.warn(note);
}
