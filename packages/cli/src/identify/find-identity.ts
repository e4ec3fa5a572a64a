import { resolve } from 'node:path';
import {
  identifyBuild,
  judgeLinking,
  textReaderBelow,
  type ArtifactId,
  type BuildIdentity,
  type ExternalLibrary,
  type Linking,
  type LinkingEvidence,
  type Origin,
} from '@wheelwright/artifact';
import { checkRequested } from '@wheelwright/variant';
import type { CommandContext } from '../command.js';
import { loadToolTable } from '../config/load.js';
import { CliError } from '../error.js';
import { findVariant, type FoundVariant, type VariantFlags } from './find-variant.js';
import { libraryOrigin } from './library-origin.js';
import { readSubject, type Subject } from './subject.js';

/** What the command line says about an identity. */
export interface IdentityFlags extends VariantFlags {
  readonly gitSha?: string;
  readonly branch?: string;
  readonly os?: string;
  readonly root?: string;
  readonly static?: true;
  readonly dynamic?: true;
  readonly commitEnv?: readonly string[];
  readonly branchEnv?: readonly string[];
}

/** Where a word of an identity comes from. */
export type WordOrigin = Origin | { readonly source: 'meta' | 'library'; readonly detail: string };

/** Something that couldn't be found, and what to do about it. */
export interface MissingWord {
  readonly word: 'commit' | 'os' | 'variant';
  readonly message: string;
  readonly hint: string | undefined;
}

/** An identity with where each word comes from. What wasn't found is null. */
export interface FoundIdentity {
  readonly id: { readonly [Word in keyof ArtifactId]: ArtifactId[Word] | null };
  readonly origins: { readonly [Word in keyof ArtifactId]?: WordOrigin };
  readonly dirty: boolean | undefined;
  readonly linking: LinkingEvidence;
  /** Undefined where no library was given. */
  readonly variant: FoundVariant | undefined;
  readonly missing: readonly MissingWord[];
  /** Whether the library isn't the variant that was said, on the command line or in its meta file. */
  readonly mismatch: boolean;
  readonly warnings: readonly string[];
}

/**
 * Finds what a build is. What the command line says counts before an artifact's meta file, and that before the
 * environment, git and the machine.
 *
 * @throws CliError `usage` for both kinds of linking; ArtifactError, VariantError for words that can't be
 */
export async function findIdentity(
  target: { readonly path: string; readonly given: string } | undefined,
  flags: IdentityFlags,
  context: CommandContext,
): Promise<FoundIdentity> {
  const said = saidLinking(flags);
  const { host, options, reporter, signal } = context;
  reporter.step('reading commit, branch and operating system');
  const tool = await loadToolTable(options.cwd);
  const root = flags.root === undefined ? undefined : resolve(options.cwd, flags.root);
  const build = await identifyBuild({
    folder: options.cwd,
    environment: host.env,
    // Whatever runs here: who points at a container's file system has built in a Linux.
    platform: root === undefined ? process.platform : 'linux',
    readText: await textReaderBelow(root ?? '/'),
    commit: flags.gitSha,
    branch: flags.branch,
    os: flags.os,
    commitVariables: flags.commitEnv ?? tool?.identity['commit-env'],
    branchVariables: flags.branchEnv ?? tool?.identity['branch-env'],
    signal,
  });
  if (target !== undefined) reporter.step(`reading ${target.given}`);
  const subject = target === undefined ? undefined : await readSubject(target.path, target.given, signal);
  const variant = subject === undefined ? undefined : await findVariant(subject, flags, context);
  const words = joinWords(build, subject, variant, flags, said);
  const linking = judgeLinking({
    said: words.id.linking ?? undefined,
    files: (subject?.files ?? []).map(({ name, elf }) => ({ name, needed: elf.needed })),
    brought: subject?.brought ?? new Set(),
    originOf: libraryOrigin(subject?.files[0]?.elf.architecture),
  });
  const metaCheck = checkMeta(subject, variant, flags);
  return {
    ...words,
    dirty: subject?.meta === undefined ? build.dirty : undefined,
    linking,
    variant,
    missing: missingWords(words.id, build, target?.given, variant),
    mismatch: variant?.check?.result === 'mismatch' || metaCheck !== undefined,
    warnings: [
      ...(subject?.meta === undefined ? build.notes : []),
      ...(variant?.warnings ?? []),
      ...(metaCheck === undefined ? [] : [metaCheck]),
      ...(linking.contradiction === undefined ? [] : [linking.contradiction]),
    ],
  };
}

function saidLinking(flags: IdentityFlags): Linking | undefined {
  if (flags.static === true && flags.dynamic === true) {
    throw new CliError('usage', '--static and --dynamic exclude one another', { hint: 'say one of them' });
  }
  if (flags.static === true) return 'static';
  return flags.dynamic === true ? 'dynamic' : undefined;
}

function joinWords(
  build: BuildIdentity,
  subject: Subject | undefined,
  variant: FoundVariant | undefined,
  flags: IdentityFlags,
  said: Linking | undefined,
): Pick<FoundIdentity, 'id' | 'origins'> {
  const meta = subject?.meta;
  const fromMeta: WordOrigin = {
    source: 'meta',
    detail: meta === undefined ? '' : `${meta.library}'s meta file`,
  };
  const word = (name: 'commit' | 'os' | 'branch'): [string | null, WordOrigin | undefined] => {
    const found = build[name];
    if (found.found && found.from.source === 'flag') return [found.value, found.from];
    if (meta !== undefined) return [meta.id[name], fromMeta];
    return found.found ? [found.value, found.from] : [null, undefined];
  };
  const variantWord = (): [string | null, WordOrigin | undefined] => {
    if (flags.variant !== undefined) {
      const value = variant === undefined ? flags.variant.toLowerCase() : variant.variant;
      return [value, { source: 'flag', detail: '--variant' }];
    }
    if (meta !== undefined) return [meta.id.variant, fromMeta];
    if (variant === undefined) return [null, undefined];
    return [variant.variant, { source: 'library', detail: variant.verdict.library }];
  };
  const linking = (): [Linking | null, WordOrigin | undefined] => {
    if (said !== undefined) return [said, { source: 'flag', detail: `--${said}` }];
    return meta === undefined ? [null, undefined] : [meta.id.linking, fromMeta];
  };
  const found = {
    commit: word('commit'),
    os: word('os'),
    variant: variantWord(),
    linking: linking(),
    branch: word('branch'),
  };
  const origins = Object.entries(found).flatMap(([name, [, from]]) =>
    from === undefined ? [] : [[name, from] as const],
  );
  return {
    id: {
      commit: found.commit[0],
      os: found.os[0],
      variant: found.variant[0],
      linking: found.linking[0],
      branch: found.branch[0],
      python: meta?.id.python ?? null,
    },
    origins: Object.fromEntries(origins),
  };
}

/** A meta file that says another variant than the library is. */
function checkMeta(
  subject: Subject | undefined,
  variant: FoundVariant | undefined,
  flags: IdentityFlags,
): string | undefined {
  if (subject?.meta === undefined || variant === undefined || flags.variant !== undefined) return undefined;
  const check = checkRequested(subject.meta.id.variant, variant.verdict);
  return check.result === 'mismatch'
    ? `the meta file and the library contradict: ${check.message}`
    : undefined;
}

function missingWords(
  id: FoundIdentity['id'],
  { commit, os }: BuildIdentity,
  given: string | undefined,
  variant: FoundVariant | undefined,
): MissingWord[] {
  const missing: MissingWord[] = [];
  if (id.commit === null && !commit.found) {
    missing.push({
      word: 'commit',
      message: `the commit is not known (${commit.reason})`,
      hint: commit.hint,
    });
  }
  if (id.os === null && !os.found) {
    missing.push({ word: 'os', message: `the operating system is not known (${os.reason})`, hint: os.hint });
  }
  if (variant !== undefined && id.variant === null) {
    const message = `${given ?? ''} uses CUDA, and nothing tells which version`;
    missing.push({ word: 'variant', message, hint: variant.verdict.hint });
  }
  return missing;
}

/** The libraries that are needed beyond the system's own, as a person reads them. */
export function describeExternal({ name, neededBy, brought, origin }: ExternalLibrary): string {
  const place = brought ? 'comes along' : origin === 'cuda' ? "CUDA's" : 'nobody brings it';
  return `${name} (${place}; needed by ${neededBy.join(', ')})`;
}
