import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '@wheelwright/testing';
import type { WheelSpec } from './layout.js';
import { replaceFile } from './replace-file.js';
import { type WriteOptions, writeWheel } from './write.js';

const folder = await temporaryFolder('failure');
const out = join(folder, 'dist');
const input = join(folder, 'input.bin');
const replacement = join(folder, 'replacement.bin');
const DESTINATION = 'a-1-py3-none-any.whl';

const spec = (path: string): WheelSpec => ({
  distribution: 'a',
  version: '1',
  tags: { python: 'py3', abi: 'none', platform: 'any' },
  metadata: 'Name: a\nVersion: 1\n',
  files: [
    { name: 'a/first.bin', content: Buffer.alloc(3 << 20) },
    { name: 'a/second.bin', content: { path } },
  ],
  rootIsPurelib: true,
  generator: 'test',
});

beforeAll(() => mkdir(out));
beforeEach(async () => {
  await rm(input, { recursive: true, force: true });
  await writeFile(input, Buffer.alloc(5 << 20, 'abc'));
  await writeFile(join(out, DESTINATION), 'the wheel of an earlier run');
});

/** Writing fails as expected, and the folder is as it was before. */
async function expectFailure(path: string, options: WriteOptions, error: object): Promise<void> {
  await expect(writeWheel(out, spec(path), options)).rejects.toMatchObject({ name: 'WheelError', ...error });
  expect(await readdir(out)).toEqual([DESTINATION]);
  expect(await readFile(join(out, DESTINATION), 'utf8')).toBe('the wheel of an earlier run');
}

describe('writeWheel leaves nothing behind', () => {
  it('when it is cancelled, before or in the middle', async () => {
    const reason = new Error('enough');
    await expectFailure(input, { signal: AbortSignal.abort(reason) }, { code: 'aborted', cause: reason });
    const controller = new AbortController();
    const onProgress = (): void => {
      controller.abort(reason);
    };
    await expectFailure(input, { signal: controller.signal, onProgress }, { code: 'aborted', cause: reason });
  });

  // The first file has 3 MiB: after 1 the second isn't open yet, after 5 it has been read in part.
  it.each<[string, number, () => void]>([
    [
      'longer',
      5,
      () => {
        appendFileSync(input, 'more');
      },
    ],
    [
      'shorter',
      5,
      () => {
        writeFileSync(input, 'less');
      },
    ],
    [
      'written to',
      5,
      () => {
        utimesSync(input, 1, 1);
      },
    ],
    [
      'longer',
      1,
      () => {
        appendFileSync(input, 'more');
      },
    ],
    [
      'another file',
      1,
      () => {
        renameSync(replacement, input);
      },
    ],
    [
      'a folder',
      1,
      () => {
        rmSync(input);
        mkdirSync(input);
      },
    ],
    [
      'nothing',
      1,
      () => {
        rmSync(input);
      },
    ],
    [
      'a link',
      1,
      () => {
        rmSync(input);
        symlinkSync(replacement, input);
      },
    ],
  ])('when an input becomes %s after %d MiB', async (_, after, change) => {
    writeFileSync(replacement, Buffer.alloc(5 << 20, 'abd'));
    let changed = false;
    const onProgress = (done: number): void => {
      if (changed || done < after << 20) return;
      change();
      changed = true;
    };
    const error = {
      code: 'input-changed',
      member: 'a/second.bin',
      message: expect.stringContaining(input) as unknown,
    };
    await expect(writeWheel(out, spec(input), { concurrency: 1, onProgress })).rejects.toMatchObject(error);
    expect(changed).toBe(true);
    expect(await readdir(out)).toEqual([DESTINATION]);
  });

  it('when an input is not a regular file, or not there', async () => {
    await symlink(input, join(folder, 'link'));
    await expectFailure(join(folder, 'link'), {}, { code: 'not-a-regular-file', member: 'a/second.bin' });
    await expectFailure(folder, {}, { code: 'not-a-regular-file' });
    await expectFailure(join(folder, 'missing'), {}, { code: 'not-found' });
  });

  it.each<WriteOptions>([
    { level: 10 },
    { level: -1 },
    { level: 1.5 },
    { concurrency: 0 },
    { concurrency: Number.NaN },
    { sourceDateEpoch: -1 },
  ])('when an option is wrong: %j', async (options) => {
    await expectFailure(input, options, { code: 'bad-input' });
  });

  it('when what it calls throws', async () => {
    const reason = new Error('in onProgress');
    const onProgress = (): void => {
      throw reason;
    };
    await expect(writeWheel(out, spec(input), { onProgress })).rejects.toBe(reason);
    expect(await readdir(out)).toEqual([DESTINATION]);
  });
});

describe('replaceFile', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EFBIG'])(
    'says that there is no room on %s, and removes what it wrote',
    async (code) => {
      const cause = Object.assign(new Error('write failed'), { code });
      const act = replaceFile(join(out, DESTINATION), async (file) => {
        await file.write('half of it');
        expect(await readdir(out)).toHaveLength(2);
        throw cause;
      });
      await expect(act).rejects.toMatchObject({
        code: 'out-of-space',
        cause,
        message: expect.stringContaining(code),
      });
      expect(await readdir(out)).toEqual([DESTINATION]);
    },
  );

  it('fails before writing where there is no folder', async () => {
    const act = replaceFile(join(folder, 'nowhere', 'x'), () => Promise.resolve());
    await expect(act).rejects.toMatchObject({ code: 'not-found' });
  });

  it('fails where the destination is a folder', async () => {
    await mkdir(join(out, 'x'));
    await expect(replaceFile(join(out, 'x'), () => Promise.resolve())).rejects.toMatchObject({ code: 'io' });
    expect((await readdir(out)).sort()).toEqual([DESTINATION, 'x']);
    await rm(join(out, 'x'), { recursive: true });
  });
});
