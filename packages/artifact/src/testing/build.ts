import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@wheelwright/testing';
import { openStore, type Store } from '@wheelwright/store';
import type { ArtifactId } from '../identity.js';
import type { LocalFile } from '../plan.js';
import type { PushRequest } from '../push.js';

const scratch = await temporaryFolder('artifact-builds');

/** A new folder as a store. */
export async function folderStore(): Promise<Store> {
  return openStore(await mkdtemp(join(scratch, 'store-')));
}

/** An identity; its words can be changed. */
export function identity(words: Partial<ArtifactId> = {}): ArtifactId {
  return {
    commit: 'e'.repeat(40),
    os: 'ubuntu16.04',
    variant: 'cu102',
    linking: 'static',
    branch: null,
    python: null,
    ...words,
  };
}

/**
 * Writes the files of a build and asks for their push: `libmxnet.so` is the library, what lies below `licenses/` and
 * `dependencies/` the rest.
 */
export async function pushRequest(
  contents: Readonly<Record<string, string | Uint8Array>>,
  more: Partial<PushRequest> = {},
): Promise<PushRequest> {
  const build = await mkdtemp(join(scratch, 'build-'));
  const files: LocalFile[] = [];
  for (const [name, content] of Object.entries(contents)) {
    const path = join(build, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { mode: name.endsWith('.so') ? 0o755 : 0o644 });
    const [folder, ...rest] = name.split('/');
    if (folder === 'licenses') files.push({ path, name: rest.join('/'), role: 'license' });
    if (folder === 'dependencies') files.push({ path, name: rest.join('/'), role: 'dependency' });
  }
  const library = { path: join(build, 'libmxnet.so'), name: 'libmxnet.so' };
  return { id: identity(), library, files, tool: 'test 1', created: new Date(0), ...more };
}
