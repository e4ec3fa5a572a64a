import { existsSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { describeIf, temporaryFolder } from '@wheelwright/testing';
import { makeFolders } from './make-folders.js';

const root = await temporaryFolder('make-folders');

it('makes what is missing, side by side, and leaves what is there', async () => {
  const path = join(root, 'a/b/c');
  await Promise.all([makeFolders(path), makeFolders(join(root, 'a/b/d')), makeFolders(path)]);
  await makeFolders(path);
  expect((await stat(path)).isDirectory()).toBe(true);
});

it('fails where a file is in the way', async () => {
  await writeFile(join(root, 'file'), '');
  await expect(makeFolders(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolders(join(root, 'file/below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

describeIf([{ met: existsSync('/proc/self'), reason: 'there is no /proc' }], 'below /proc', () => {
  it('fails, and comes to an end', async () => {
    await expect(makeFolders('/proc/none/below')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
