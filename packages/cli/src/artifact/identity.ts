import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { identifyBuild, parseKey, readLayout, type ArtifactId } from '@wheelwright/artifact';
import { inspectInputs } from '../build/inspected-files.js';
import { chooseVariant } from '../build/variant-choice.js';
import type { CommandContext } from '../command.js';
import { CliError } from '../error.js';
import { requiredLinking, type ArtifactFlags } from './flags.js';

/**
 * The identity that a command line speaks of: flags, else what the surroundings say.
 * @param variant - decides it; the library tells a push, a pull has to be told
 * @throws {@link CliError} `usage` where a word is missing
 */
export async function identityOf(
  flags: ArtifactFlags,
  { host, options, reporter, signal }: CommandContext,
  variant: () => Promise<string>,
): Promise<ArtifactId> {
  const linking = requiredLinking(flags);
  const identified = identifyBuild({
    folder: options.cwd,
    environment: host.env,
    platform: process.platform,
    readText: (path) => readFile(path, 'utf8').catch(() => undefined),
    commit: flags.gitSha,
    // Whoever names the commit of something that lies in a store isn't told of the tree here.
    git: flags.gitSha === undefined || flags.library !== undefined,
    os: flags.os,
    signal,
  });
  // The library is read while git works.
  const [{ commit, os, notes }, foundVariant] = await Promise.all([identified, variant()]);
  if (!commit.found) throw new CliError('usage', 'artifact: no commit was found', { hint: commit.hint });
  if (!os.found) throw new CliError('usage', 'artifact: no operating system was found', { hint: os.hint });
  for (const note of notes) reporter.warn(note);
  return {
    commit: commit.value,
    os: os.value,
    variant: foundVariant,
    linking,
    branch: flags.branch ?? null,
    python: flags.python ?? null,
  };
}

/** What the library itself says, checked against what was said of it. */
export async function variantOfLibrary(
  path: string,
  requested: string | undefined,
  { options, reporter, signal }: CommandContext,
): Promise<string> {
  const { variants } = await inspectInputs(
    [{ name: basename(path), content: { path: resolve(options.cwd, path) } }],
    signal,
  );
  if (variants.length === 0 && requested === undefined) {
    throw new CliError('usage', `artifact: ${path} is no ELF library, which could tell its variant`, {
      hint: 'pass --variant, such as --variant cpu',
    });
  }
  const { variant, warnings } = chooseVariant(variants, requested);
  for (const warning of warnings) reporter.warn(warning);
  return variant;
}

/** The variant of something that isn't here. @throws {@link CliError} `usage` */
export function requiredVariant({ variant }: ArtifactFlags): Promise<string> {
  if (variant !== undefined) return Promise.resolve(variant);
  throw new CliError('usage', 'artifact: the variant was not said, and several may fit this machine', {
    hint: 'pass --variant, such as --variant cu102; `artifact list` shows which there are',
  });
}

/** The identity in a prefix as `artifact list` prints it, or an URL that ends with one. */
export function identityOfPrefix(text: string, storeUrl: string, layout: string | undefined): ArtifactId {
  const prefix = text.startsWith(storeUrl) ? decodeURIComponent(text.slice(storeUrl.length)) : text;
  const parsed = parseKey(readLayout(layout), prefix.endsWith('/') ? prefix : `${prefix}/`);
  if (parsed?.rest === '') return parsed.id;
  throw new CliError(
    'usage',
    `artifact: ${JSON.stringify(text)} is no prefix of an artifact in this layout`,
    {
      hint: '`artifact list` prints them; --layout names another layout',
    },
  );
}
