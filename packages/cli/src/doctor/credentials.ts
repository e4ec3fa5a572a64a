import { homedir } from 'node:os';
import { join } from 'node:path';
import { findS3Credentials } from '@wheelwright/store';
import type { Finding } from './finding.js';
import { inTime } from './in-time.js';
import { isThere } from './places.js';

/** Milliseconds: a credential process and a machine's metadata take their time. */
const LIMIT = 4000;

/** The variables of which each group is a link of the AWS chain. */
const VARIABLES = [
  ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
  ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN'],
  ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'],
  ['AWS_CONTAINER_CREDENTIALS_FULL_URI'],
] as const;

/**
 * Has the AWS SDK's own chain find credentials for a bucket, and says where they came from: nothing of what they are
 * is shown. Where nobody has named any and no bucket is meant, the chain isn't asked: its last link is a server of the
 * cloud that this machine may not be in.
 *
 * @param bucket - whether the project's store is a bucket
 */
export async function findCredentials(
  env: NodeJS.ProcessEnv,
  bucket: boolean,
  signal: AbortSignal,
): Promise<Finding> {
  const cost = 'no bucket can be used';
  const base = { group: 'store', name: 'aws credentials', version: null, cost } as const;
  const link = await namedLink(env);
  const none = {
    ...base,
    status: 'missing',
    detail: 'neither variables nor files of the AWS chain',
  } as const;
  if (link === undefined && !bucket) return none;
  try {
    const found = await inTime(() => findS3Credentials(), LIMIT, signal);
    if (found === undefined) {
      return link === undefined ? none : { ...base, status: 'broken', detail: `${link} gives none` };
    }
    const { from, expires } = found;
    if (expires !== undefined && expires < new Date()) {
      return { ...base, status: 'broken', detail: `those of ${from.join(', ')} are over` };
    }
    const until = expires === undefined ? '' : `, until ${expires.toISOString()}`;
    const where = from.includes('profile') && link !== undefined ? link : from.join(', ');
    return { ...base, status: 'here', detail: `from ${where}${until}` };
  } catch (error) {
    signal.throwIfAborted();
    return { ...base, status: 'broken', detail: (error as Error).message };
  }
}

/** The link that variables or files name; undefined where only the cloud's own could be left. */
async function namedLink(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const given = VARIABLES.find((names) => names.every((name) => (env[name] ?? '') !== ''));
  if (given !== undefined) return given.join(' and ');
  const home = env['HOME'] ?? homedir();
  const files = [
    env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(home, '.aws/credentials'),
    env['AWS_CONFIG_FILE'] ?? join(home, '.aws/config'),
  ];
  for (const file of files) {
    if (await isThere(file)) return `${file}, profile ${env['AWS_PROFILE'] ?? 'default'}`;
  }
  return undefined;
}
