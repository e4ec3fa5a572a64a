import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openStore, type Store } from '@wheelwright/store';
import { userFolders } from '../build/folders.js';
import type { CommandContext } from '../command.js';
import { concurrencyOf, type ArtifactFlags } from './flags.js';

/**
 * The store that a command line means: `--store`, `--bucket`, WHEELWRIGHT_STORE, ARTIFACT_REPOSITORY_BUCKET, the
 * project in this folder, and last the folder of this user's data.
 */
export async function artifactStore(flags: ArtifactFlags, { host, options }: CommandContext): Promise<Store> {
  const { WHEELWRIGHT_STORE: url, ARTIFACT_REPOSITORY_BUCKET: bucket } = host.env;
  const address =
    flags.store ??
    bucketUrl(flags.bucket) ??
    nonEmpty(url) ??
    bucketUrl(bucket) ??
    (await projectStore(options.cwd)) ??
    resolve(userFolders(host.env).data, 'artifacts');
  return openStore(address, {
    base: options.cwd,
    s3: { concurrency: concurrencyOf(flags.concurrency), eager: true },
  });
}

function bucketUrl(bucket: string | undefined): string | undefined {
  if (nonEmpty(bucket) === undefined) return undefined;
  return bucket?.includes('://') === true ? bucket : `s3://${bucket ?? ''}`;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

async function projectStore(folder: string): Promise<string | undefined> {
  const isProject = await access(join(folder, 'pyproject.toml')).then(
    () => true,
    () => false,
  );
  if (!isProject) return undefined;
  const { loadProject } = await import('../config/load.js');
  const url = (await loadProject(folder)).tool.store?.url;
  return url === undefined || /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : resolve(folder, url);
}
