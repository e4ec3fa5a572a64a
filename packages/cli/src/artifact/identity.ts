import { parseKey, readLayout, type ArtifactId } from '@wheelwright/artifact';
import type { CommandContext } from '../command.js';
import { CliError } from '../error.js';
import { identifyHere } from '../identify/identify-here.js';
import { requiredLinking, type ArtifactFlags } from './flags.js';

/**
 * The identity that a command line speaks of: flags, else what the surroundings say.
 * @param variant - a push asks the library, everything else has to be told
 * @throws {@link CliError} `usage` where a word is missing
 */
export async function identityOf(
  flags: ArtifactFlags,
  context: CommandContext,
  variant: Promise<string>,
): Promise<ArtifactId> {
  const linking = requiredLinking(flags);
  // The library is read while git works.
  const [{ commit, os, notes }, foundVariant] = await Promise.all([
    // Whoever names the commit isn't told of the tree here; a push says what contradicts it (`checkTree`).
    identifyHere(
      context.options.cwd,
      { commit: flags.gitSha, git: flags.gitSha === undefined, os: flags.os },
      context,
    ),
    variant,
  ]);
  if (!commit.found) throw new CliError('usage', 'artifact: no commit was found', { hint: commit.hint });
  if (!os.found) throw new CliError('usage', 'artifact: no operating system was found', { hint: os.hint });
  for (const note of notes) context.reporter.warn(note);
  return {
    commit: commit.value,
    os: os.value,
    variant: foundVariant,
    linking,
    branch: flags.branch ?? null,
    python: flags.python ?? null,
  };
}

/** The variant of something that isn't here. @throws {@link CliError} `usage` */
export function requiredVariant({ variant }: ArtifactFlags): string {
  if (variant !== undefined) return variant;
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
