import * as real from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { dyingFileSystem, temporaryFolder } from '@wheelwright/testing';

const disk = dyingFileSystem(real);
jest.unstable_mockModule('node:fs/promises', () => disk.module);
const { pullArtifact } = await import('./pull.js');
const { pushArtifact } = await import('./push.js');
const { folderStore, identity, pushRequest } = await import('./testing/build.js');

const scratch = await temporaryFolder('pull-failpoints');
const id = identity();
const before = {
  'libmxnet.so': 'the old library',
  'licenses/OLD': 'the old licence',
  'dependencies/libxxx.so': 'old x',
};
const now = {
  'libmxnet.so': 'the library',
  'licenses/MKL_LICENSE.txt': 'do as you like',
  'dependencies/libxxx.so': 'x',
};

/** A store that holds an artifact. */
async function storeOf(contents: Readonly<Record<string, string>>) {
  const store = await folderStore();
  await pushArtifact(store, await pushRequest(contents));
  return store;
}

/** What lies in a folder under its final name, by its path. */
async function filesIn(folder: string): Promise<Record<string, string>> {
  const entries = await real.readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !path.startsWith('.wheelwright-pull-'));
  const read = files.map(async (path) => [path, await real.readFile(join(folder, path), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(read));
}

describe.each(['before', 'after'] as const)(
  'a pull that is killed %s its n-th change of the disk',
  (when) => {
    it.each([
      ['into an empty folder', undefined],
      ['over an earlier artifact', before],
    ])('%s leaves whole files, its meta file last, and is completed by the next', async (_, earlier) => {
      const store = await storeOf(now);
      const old = earlier && (await storeOf(earlier));
      const whole = { ...now, 'libmxnet.meta': expect.any(String) };
      let survived = false;
      let at = 0;
      while (!survived) {
        at += 1;
        const folder = join(await real.mkdtemp(join(scratch, 'pull-')), 'dist');
        if (old !== undefined) await pullArtifact(old, { id, folder });
        const oldMeta = (await filesIn(folder))['libmxnet.meta'];
        disk.arm(at, when);
        const ended = await pullArtifact(store, { id, folder }).then(
          () => true,
          () => false,
        );
        const calls = disk.disarm();
        survived = ended && calls < at;
        const { 'libmxnet.meta': meta, ...files } = await filesIn(folder);
        // No file is short or mixed, and where there is a meta file, all that it names are there.
        for (const [name, text] of Object.entries(files))
          expect([(now as Record<string, string>)[name], earlier?.[name as keyof typeof before]]).toContain(
            text,
          );
        if (meta !== undefined) expect(files).toEqual(meta === oldMeta ? earlier : now);
        await pullArtifact(store, { id, folder });
        expect(await filesIn(folder)).toEqual(whole);
        expect((await real.readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
        expect(at).toBeLessThan(80);
      }
      // Staging, three files and a meta file, each opened or written, flushed, given its mode and renamed.
      expect(at).toBeGreaterThan(15);
    });
  },
);
