import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { brokenWheels, oracle, temporaryFolder } from '@wheelwright/testing';
import { writeSample } from './testing/sample-wheel.js';
import { unpackWheel } from './unpack.js';

const root = await temporaryFolder('unpack');
let folder: string;
let count = 0;

beforeEach(async () => {
  folder = join(root, String((count += 1)));
  await mkdir(folder);
});

/** Every file with its content and whether it can be run. */
async function treeOf(path: string): Promise<[string, string, boolean][]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files
      .sort()
      .map(
        async (file): Promise<[string, string, boolean]> => [
          file.slice(path.length),
          (await readFile(file)).toString('base64'),
          ((await stat(file)).mode & 0o100) !== 0,
        ],
      ),
  );
}

describe('unpackWheel', () => {
  it('gives what `wheel unpack` gives', async () => {
    const sample = await writeSample(folder);
    expect((await oracle('wheel', ['unpack', '--dest', join(folder, 'theirs'), sample])).exitCode).toBe(0);
    const ours = await unpackWheel(sample, join(folder, 'ours'));
    expect(ours).toMatchObject({ folder: join(folder, 'ours/ops-1.0'), files: 9 });
    expect(await treeOf(ours.folder)).toEqual(await treeOf(join(folder, 'theirs/ops-1.0')));
    expect(await readdir(join(folder, 'ours'))).toEqual(['ops-1.0']);
  });

  it('replaces a folder only when told to', async () => {
    const sample = await writeSample(folder);
    const { folder: tree } = await unpackWheel(sample, folder);
    await writeFile(join(tree, 'stale'), '');
    await expect(unpackWheel(sample, folder)).rejects.toMatchObject({ code: 'exists' });
    expect(await readdir(tree)).toContain('stale');
    await unpackWheel(sample, folder, { replace: true });
    expect(await readdir(tree)).not.toContain('stale');
  });

  it.each([
    ['unsafe-name', 'unsafe-name'],
    ['symbolic-link', 'not-a-regular-file'],
    ['duplicate-name', 'duplicate-name'],
    ['encrypted-member', 'encrypted'],
    ['overlapping-members', 'overlapping-members'],
    ['expansion-bomb', 'too-large'],
    ['record-hash-mismatch', 'bad-record'],
    ['record-unlisted-member', 'bad-record'],
    ['record-missing', 'bad-record'],
    ['crc-mismatch', 'crc-mismatch'],
    ['bad-deflate-stream', 'bad-archive'],
  ])('leaves nothing of a wheel with %s', async (rule, code) => {
    const { bytes, filename } =
      brokenWheels().find(({ rules }) => rules.length === 1 && rules[0] === rule) ??
      brokenWheels().find(({ rules }) => rules.includes(rule))!;
    const path = join(folder, filename);
    await writeFile(path, bytes);
    await expect(unpackWheel(path, join(folder, 'out'))).rejects.toMatchObject({ name: 'WheelError', code });
    expect(
      await readdir(folder).then((names) => names.filter((name) => name !== filename && name !== 'out')),
    ).toEqual([]);
    expect(await readdir(join(folder, 'out')).catch(() => [])).toEqual([]);
  });

  it('is cancelled by a signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(unpackWheel(await writeSample(folder), folder, { signal })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(await readdir(folder)).toEqual(['ops-1.0-py3-none-any.whl']);
  });
});
