import type { ArtifactId, Linking } from '@wheelwright/artifact';
import { CliError } from '../error.js';

/** What can be done with artifacts. */
export const artifactActions = ['push', 'pull', 'list', 'show', 'verify', 'rm', 'gc'] as const;
export type ArtifactAction = (typeof artifactActions)[number];

/** What `artifact` was told on its command line; program.ts declares the options. */
export interface ArtifactFlags {
  readonly store?: string;
  readonly bucket?: string;
  readonly layout?: string;
  readonly gitSha?: string;
  readonly os?: string;
  readonly variant?: string;
  readonly branch?: string;
  readonly python?: string;
  readonly library?: string;
  readonly licenses?: readonly string[];
  readonly dependencies?: readonly string[];
  readonly requireLicenses?: boolean;
  readonly replace?: boolean;
  readonly static?: boolean;
  readonly dynamic?: boolean;
  readonly push?: boolean;
  readonly pull?: boolean;
  readonly dryRun?: boolean;
  readonly olderThan?: string;
  readonly concurrency?: string;
}

/** What is to be done, and with what: `artifact pull DIR` and `artifact --pull DIR` are the same. */
export interface ArtifactRequest {
  readonly action: ArtifactAction;
  readonly args: readonly string[];
  readonly flags: ArtifactFlags;
}

/** @throws {@link CliError} `usage` */
export function artifactRequest(words: readonly string[], options: Record<string, unknown>): ArtifactRequest {
  const flags: ArtifactFlags = options;
  if (flags.push === true && flags.pull === true) throw usage('--push and --pull exclude one another');
  if (flags.push === true) return { action: 'push', args: words, flags };
  if (flags.pull === true) return { action: 'pull', args: words, flags };
  const [word = '', ...args] = words;
  const action = artifactActions.find((known) => known === word);
  if (action !== undefined) return { action, args, flags };
  throw usage(word === '' ? 'nothing was asked for' : `${JSON.stringify(word)} is nothing that can be done`);
}

/** How the dependencies are linked, which only the user knows. @throws {@link CliError} `usage` */
export function linkingOf(flags: ArtifactFlags): Linking | undefined {
  if (flags.static === true && flags.dynamic === true) {
    throw usage('--static and --dynamic exclude one another');
  }
  if (flags.static === true) return 'static';
  return flags.dynamic === true ? 'dynamic' : undefined;
}

/** @throws {@link CliError} `usage` where neither --static nor --dynamic is there */
export function requiredLinking(flags: ArtifactFlags): Linking {
  const linking = linkingOf(flags);
  if (linking === undefined) {
    throw new CliError('usage', 'artifact: how the dependencies are linked was not said', {
      hint: 'add --static or --dynamic: nothing in a library tells it for certain',
    });
  }
  return linking;
}

/** The words that were given, and no others: what a list is narrowed by. */
export function filterOf(flags: ArtifactFlags): Partial<ArtifactId> {
  const linking = linkingOf(flags);
  return {
    ...(flags.gitSha === undefined ? {} : { commit: flags.gitSha }),
    ...(flags.os === undefined ? {} : { os: flags.os }),
    ...(flags.variant === undefined ? {} : { variant: flags.variant }),
    ...(flags.branch === undefined ? {} : { branch: flags.branch }),
    ...(flags.python === undefined ? {} : { python: flags.python }),
    ...(linking === undefined ? {} : { linking }),
  };
}

/** `7d`, `12h`, `30m`, `45s` in milliseconds. @throws {@link CliError} `usage` */
export function ageOf(text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,6})([dhms])$/.exec(text) ?? [];
  const seconds: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };
  const factor = seconds[unit];
  if (factor === undefined) throw usage(`${JSON.stringify(text)} is no age: 7d, 12h, 30m, 45s`);
  return Number(amount) * factor * 1000;
}

/** A number of things at once. @throws {@link CliError} `usage` */
export function concurrencyOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,2}$/.test(text)) throw usage(`--concurrency ${text}: from 1 to 999`);
  return Number(text);
}

function usage(complaint: string): CliError {
  return new CliError('usage', `artifact: ${complaint}`, {
    hint: `say one of ${artifactActions.join(', ')}; --help shows how`,
  });
}
